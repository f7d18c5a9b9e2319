"""What a session set out to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from asr_harness.schema.part import Number, Part, Scalar


@dataclass(frozen=True, slots=True)
class SavedPlan(Part):
    """The choices behind the names of a run's cases, as the command line and the grid gave them.

    `sources` says where each model comes from, `buckets_s` the limits of each bucket in seconds, `variants`
    the settings of each; `language` and `normaliser` only where they were asked for.
    """

    data: str | None = None
    weights: str | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    buckets_s: Mapping[str, tuple[Number, Number]] = field(default_factory=dict)
    variants: Mapping[str, Mapping[str, Scalar]] = field(default_factory=dict)
    n_utterances: int | None = None
    time_s: Number | None = None
    energy: str | None = None
    language: str | None = None
    normaliser: str | None = None
