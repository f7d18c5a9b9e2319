"""The nouns and protocols that every layer shares; standard library and numpy only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from asr_harness.corpora.base import Slice, Utterance
from asr_harness.devices.protocols import EnergyCounter, MemoryMeter, Reading, StageClock
from asr_harness.schema.audio import SAMPLE_RATE_HZ, Samples
from asr_harness.schema.case import Case, Outcome
from asr_harness.schema.stages import STAGES, PassKind, StageName
from asr_harness.systems.base import Pass, StageContext, System, Transcription, untimed
from asr_harness.systems.own import Transcriber

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "SAMPLE_RATE_HZ", "STAGES", "Case", "EnergyCounter", "MemoryMeter", "Outcome", "Pass", "PassKind",
    "Reading", "Round", "Samples", "Slice", "StageClock", "StageContext", "StageName", "System",
    "Transcriber", "Transcription", "Utterance", "Verdict", "untimed",
]  # fmt: skip

Verdict = Literal["regression", "improvement", "unchanged", "inconclusive", "missing", "incomparable"]
"""What became of a comparison of one case's metric."""


@dataclass(frozen=True, slots=True)
class Round:
    """One timed pass over a slice; `batch_latency_s` is end to end, a value for each batch."""

    batch_latency_s: tuple[float, ...]
    stage_s: Mapping[StageName, float]
    calibration_s: float
    transcriptions: tuple[Transcription, ...]

    @property
    def latency_s(self) -> float:
        """Seconds for the whole slice."""
        return sum(self.batch_latency_s)
