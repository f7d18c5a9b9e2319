"""A case: one point of the grid, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from asr_harness.schema.part import Part, PositiveCount

Outcome = Literal["measured", "oom", "too_big", "unavailable", "crashed", "failed", "interrupted"]
"""What became of a case."""

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class Case(Part):
    """One point of the grid."""

    model: str
    device: str
    bucket: str
    batch_size: PositiveCount
    variant: str

    @property
    def id(self) -> str:
        """The readable test id, such as `whisper-tiny-cpu-5s-b1-baseline`."""
        return f"{self.model}-{self.device}-{self.bucket}-b{self.batch_size}-{self.variant}"

    @property
    def group(self) -> str:
        """The pattern of all cases that differ from this one in bucket and batch size alone."""
        return f"{self.model}-{self.device}-*-{self.variant}"
