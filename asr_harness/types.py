"""The nouns and protocols that every layer shares; standard library and numpy only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from asr_harness.devices.protocols import EnergyCounter, MemoryMeter, Reading, StageClock
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
