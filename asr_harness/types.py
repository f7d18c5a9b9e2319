"""The nouns and protocols that every layer shares; standard library and numpy only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from asr_harness.corpora.base import Slice, Utterance
from asr_harness.schema.audio import SAMPLE_RATE_HZ, Samples
from asr_harness.schema.case import Case, Outcome
from asr_harness.schema.stages import STAGES, PassKind, StageName

__all__ = [
    "SAMPLE_RATE_HZ", "STAGES", "Case", "EnergyCounter", "MemoryMeter", "Outcome", "Pass", "PassKind", "Reading",
    "RecordsPasses", "ReentersEncoder", "Round", "Samples", "Slice", "StageClock", "StageContext", "StageName",
    "Transcriber", "Transcription", "Utterance", "Verdict", "untimed",
]  # fmt: skip

Verdict = Literal["regression", "improvement", "unchanged", "inconclusive", "missing", "incomparable"]
"""What became of a comparison of one case's metric."""


@dataclass(frozen=True, slots=True)
class Transcription:
    """What a transcriber made of one batch, in the order of its audio.

    `n_tokens` counts the tokens decoded for each utterance, without the end token; `processed_s` is the audio
    that the encoder computed on, padding included. A transcriber that cannot tell leaves either None.
    """

    texts: tuple[str, ...]
    n_tokens: tuple[int, ...] | None = None
    processed_s: float | None = None


StageContext = Callable[[StageName], AbstractContextManager[None]]


def untimed(_: StageName) -> AbstractContextManager[None]:
    """Stand in for a clock's `stage` where nobody times."""
    return nullcontext()


class Transcriber(Protocol):
    """A recogniser in its three stages; one's own plugs in by giving just these."""

    def preprocess(self, audio: Sequence[Samples]) -> Any:
        """Turn a batch of recordings into model inputs on the device."""

    def encode(self, features: Any) -> Any:
        """Run the acoustic encoder."""

    def decode(self, encoded: Any) -> Transcription:
        """Turn what the encoder gave into text: autoregressive decoding, or a CTC head and its collapse."""


@runtime_checkable
class ReentersEncoder(Protocol):
    """A transcriber whose decode runs its encoder again, as Whisper does for every window of long audio.

    It wraps each such pass in `self.stage("encode")`, so that the pass counts to encode.
    """

    stage: StageContext


@dataclass(frozen=True, slots=True)
class Pass:
    """One forward pass of a network, by what decides its cost.

    `n_new` is what it computes for each row (encoder: samples or mel frames; decoder: tokens; head: frames),
    `n_past` the tokens that it finds in its cache, `cache_bytes` the size of the cache afterwards.
    """

    kind: PassKind
    n_rows: int
    n_new: int
    n_past: int = 0
    cache_bytes: int = 0

    @property
    def stage(self) -> StageName:
        """The stage that the pass belongs to."""
        return "encode" if self.kind == "encode" else "decode"


@runtime_checkable
class RecordsPasses(Protocol):
    """A transcriber that can tell which passes its networks made, and what each of them costs."""

    def passes_recorded(self) -> AbstractContextManager[list[Pass]]:
        """Collect the passes made inside."""

    def flops(self, network_pass: Pass) -> float:
        """Floating-point operations of a pass, a multiply-add counted as two."""

    def weights(self) -> tuple[int, int]:
        """Count the parameters, and the bytes that they and the buffers take."""

    def moved_bytes(self, network_pass: Pass) -> float:
        """The fewest bytes that a pass must move: its weights once, its inputs, outputs and cache."""

    @property
    def dtype(self) -> str:
        """Name of the arithmetic's dtype, such as `float32`."""


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
