"""What a pass over the slice made the machine do: counted, and alike in every run of the same code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from asr_harness.schema.part import Count, NotNegative, Number, Part
from asr_harness.schema.stages import PassKind, StageName

Bound = Literal["arithmetic", "memory"]


@dataclass(frozen=True, slots=True)
class Roof(Part):
    """One stage under the machine's roofline (Williams et al.: Roofline, CACM 52:4, 2009).

    `intensity` is FLOPs per byte, `floor_s` the shortest time that the machine allows, `share` the part of
    the measured time that this floor is, and `bound` the side that sets it.
    """

    intensity: Number
    share: Number
    bound: Bound
    floor_s: Number | None = None

    @property
    def reached(self) -> float | None:
        """The share, None where it is above 1: no stage beats the machine, so its measured peak is wrong."""
        return self.share if self.share <= 1 else None


@dataclass(frozen=True, slots=True)
class Work(Part):
    """Counts of one pass over the slice; None is uncounted, and `CaseResult.reasons` says why.

    `flops` and `useful_flops` (without what was spent on padding) are by stage, a multiply-add as two;
    `padding_fraction` is the part of the audio that the encoder computed on which was padding; `operators`
    are those that PyTorch dispatched for the first batch in each stage, but for stages of which it saw none;
    `calls` is how often each stage was entered in a pass over the slice; `cache_bytes` the decoder's cache at
    its largest.
    """

    n_tokens: Count | None = None
    padding_fraction: Number | None = None
    dtype: str | None = None
    flops: Mapping[StageName, NotNegative] | None = None
    useful_flops: Mapping[StageName, Number | None] | None = None
    flops_by_kind: Mapping[PassKind, NotNegative] | None = None
    n_passes: Mapping[PassKind, Count] | None = None
    operators: Mapping[StageName, Count] | None = None
    calls: Mapping[StageName, Count] | None = None
    cache_bytes: Number | None = None
    n_parameters: Number | None = None
    weight_bytes: Number | None = None
    roofline: Mapping[StageName, Roof] | None = None
