"""What is measured: a recogniser in its three stages, and what it may tell of the work it does."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asr_harness.schema.stages import PassKind, StageName

if TYPE_CHECKING:
    from asr_harness.schema.audio import Samples

StageContext = Callable[[StageName], AbstractContextManager[None]]


def untimed(_: StageName) -> AbstractContextManager[None]:
    """Stand in for a clock's `stage` where nobody times."""
    return nullcontext()


@dataclass(frozen=True, slots=True)
class Transcription:
    """What a system made of one batch, in the order of its audio.

    `n_tokens` counts the tokens decoded for each utterance, without the end token; `processed_s` is the audio
    that the encoder computed on, padding included. A system that cannot tell leaves either None.
    """

    texts: tuple[str, ...]
    n_tokens: tuple[int, ...] | None = None
    processed_s: float | None = None


@dataclass(frozen=True, slots=True)
class Pass:
    """One forward pass of a network, by what decides its cost.

    `n_new` is what it computes for each row (encoder: samples or mel frames; decoder: tokens; head: frames),
    `n_past` the tokens that it finds in its cache, `cache_bytes` the size of the cache afterwards, `n_states`
    the encoder's states that it attends to, where their number varies with the audio. `network` names the
    network where it is not the system's own, such as one that drafts for it.
    """

    kind: PassKind
    n_rows: int
    n_new: int
    n_past: int = 0
    cache_bytes: int = 0
    n_states: int = 0
    network: str = ""

    @property
    def stage(self) -> StageName:
        """The stage that the pass belongs to."""
        return "encode" if self.kind == "encode" else "decode"


class System(ABC):
    """A recogniser in its three stages; what it can tell beyond them is None where it cannot."""

    stage: StageContext = staticmethod(untimed)
    """What times the stages of the transcription that runs. A decode that runs the encoder again, as
    Whisper's does for every window of long audio, wraps each such pass in `self.stage("encode")`."""

    is_remote: bool = False
    """Whether it runs elsewhere: its time is one stage, the way there included, and this process's memory,
    energy and operators are none of its own."""

    source: str = ""
    """What it was loaded by, for messages."""

    @property
    def implementation(self) -> object:
        """The object whose methods do the work, for messages that name them."""
        return self

    @abstractmethod
    def preprocess(self, audio: Sequence[Samples]) -> Any:
        """Turn a batch of recordings into the network's inputs, on the device."""

    @abstractmethod
    def encode(self, features: Any) -> Any:
        """Run the acoustic encoder."""

    @abstractmethod
    def decode(self, encoded: Any) -> Transcription:
        """Turn what the encoder gave into text: autoregressive decoding, or a CTC head and its collapse."""

    @property
    def decoding(self) -> Mapping[str, Any] | None:
        """The settings that decide what is decoded, for the fingerprint."""
        return None

    def set_language(self, language: str | None) -> None:  # noqa: B027 - most know one language alone
        """Hear which language is spoken, a code such as `de`, before anything is transcribed.

        None is not known. Raises ModelError where the system cannot transcribe it.
        """

    def configuration(self) -> str | None:
        """All that a case could change of the system itself; a system that differs is loaded anew."""
        return None

    @property
    def weights_fingerprint(self) -> str | None:
        """What identifies the weights, where no checkpoint's files do."""
        return None

    @property
    def dtype(self) -> str | None:
        """Name of the arithmetic's dtype, such as `float32`."""
        return None

    def weights(self) -> tuple[int, int] | None:
        """Count the parameters, and the bytes that they and the buffers take."""
        return None

    def passes_recorded(self) -> AbstractContextManager[list[Pass]] | None:
        """Collect the passes that the networks make inside; None if they cannot be told."""
        return None

    def flops(self, network_pass: Pass) -> float | None:  # noqa: ARG002
        """Floating-point operations of a pass, a multiply-add counted as two."""
        return None

    def moved_bytes(self, network_pass: Pass) -> float | None:  # noqa: ARG002
        """The fewest bytes that a pass must move: its weights once, its inputs, outputs and cache."""
        return None
