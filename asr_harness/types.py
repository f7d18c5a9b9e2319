"""The nouns and protocols that every layer shares; standard library and numpy only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from asr_harness.schema.audio import SAMPLE_RATE_HZ, Samples
from asr_harness.schema.case import Case, Outcome
from asr_harness.schema.stages import STAGES, PassKind, StageName
from asr_harness.systems.base import Pass, StageContext, System, Transcription, untimed
from asr_harness.systems.own import Transcriber

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

__all__ = [
    "SAMPLE_RATE_HZ", "STAGES", "Case", "EnergyCounter", "MemoryMeter", "Outcome", "Pass", "PassKind",
    "Reading", "Round", "Samples", "Slice", "StageClock", "StageContext", "StageName", "System",
    "Transcriber", "Transcription", "Utterance", "Verdict", "untimed",
]  # fmt: skip

Verdict = Literal["regression", "improvement", "unchanged", "inconclusive", "missing", "incomparable"]
"""What became of a comparison of one case's metric."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A stretch of one talk with its reference transcript, as the corpus writes it."""

    id: str
    talk: str
    speaker: str
    start_s: float
    end_s: float
    reference: str
    samples: Samples

    @property
    def audio_s(self) -> float:
        """Length of the audio in seconds."""
        return len(self.samples) / SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True)
class Slice:
    """The fixed utterances of one bucket; every batch size of a case group works on the same slice."""

    corpus: str
    bucket: str
    utterances: tuple[Utterance, ...]
    fingerprint: str

    @property
    def audio_s(self) -> float:
        """Total length of the audio in seconds."""
        return sum(utterance.audio_s for utterance in self.utterances)


class MemoryMeter(Protocol):
    """Tells the peak memory since it was reset."""

    def reset(self) -> None:
        """Start a new peak at what is held now."""

    def read(self) -> tuple[Reading, ...]:
        """Give the peaks in bytes."""


class StageClock(Protocol):
    """Times the stages of one transcription; time in a nested stage belongs to the inner one alone."""

    def synchronise(self) -> None:
        """Wait until the device has done all it was given."""

    def start(self) -> None:
        """Synchronise the device, then forget all marks and begin."""

    def stage(self, name: StageName) -> AbstractContextManager[None]:
        """Time what runs inside as `name`, without synchronising the device."""

    def stop(self) -> tuple[float, Mapping[StageName, float]]:
        """Synchronise, then give the end-to-end seconds and the seconds of each stage."""


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


@dataclass(frozen=True, slots=True)
class Reading:
    """A value that a meter read, or None with the reason."""

    name: str
    value: float | None
    label: Literal["measured", "estimated", "unmeasured"] = "measured"
    reason: str | None = None


class EnergyCounter(Protocol):
    """A cumulative count of joules, read from the side while work runs; safe to read from two threads."""

    @property
    def source(self) -> str:
        """What counts, such as `nvml total energy`."""

    @property
    def label(self) -> Literal["measured", "estimated"]:
        """Whether the joules come from a sensor or from a model of one."""

    @property
    def step_s(self) -> float | None:
        """Seconds between the samples it is made from; None if it steps by itself, to be found out."""

    def read_j(self) -> float:
        """Joules since some origin, never falling. Raises MeterError if the counter is gone."""

    def state(self) -> Mapping[str, Any]:
        """Describe in plain JSON values what bears on it: limits, clocks, temperature, other processes."""

    def invalid_reason(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
        """Say why work between two states must not be counted, and the way out; None if it may."""
