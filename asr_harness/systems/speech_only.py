"""Speech first: what Silero's detector takes for silence is left out before a system hears it.

The detector and its settings are those of faster-whisper, which packages it: a threshold of 0.5, speech
padded by 0.4 s on each side, and pauses under 2 s kept (https://github.com/SYSTRAN/faster-whisper).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from asr_harness.errors import UnavailableError
from asr_harness.schema.audio import SAMPLE_RATE_HZ
from asr_harness.systems.answers import checked
from asr_harness.systems.base import StageContext, System, Transcription

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from asr_harness.schema.audio import Samples
    from asr_harness.systems.base import Pass

DETECTORS = ("silero",)


@dataclass(frozen=True, slots=True)
class Heard:
    """A batch on its way: how many recordings it had, the places of those with speech, what they became."""

    n: int
    places: tuple[int, ...]
    inner: Any


class SpeechOnly(System):
    """A system that hears speech alone; a recording without any has no words, and costs the detector."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._detect = _detector()
        self.is_remote, self.source = system.is_remote, system.source

    @property
    def stage(self) -> StageContext:
        """What times the stages."""
        return self._system.stage

    @stage.setter
    def stage(self, stage: StageContext) -> None:
        self._system.stage = stage

    @property
    def implementation(self) -> object:
        """The system's own: the detector has nothing that a user wrote."""
        return self._system.implementation

    def preprocess(self, audio: Sequence[Samples]) -> Heard:
        """Leave out what is no speech, and prepare the rest."""
        speech = [self._speech(samples) for samples in audio]
        places = tuple(place for place, samples in enumerate(speech) if len(samples))
        inner = self._system.preprocess([speech[place] for place in places]) if places else None
        return Heard(len(audio), places, inner)

    def encode(self, features: Heard) -> Heard:
        """Encode the recordings that have speech."""
        inner = self._system.encode(features.inner) if features.places else None
        return Heard(features.n, features.places, inner)

    def decode(self, encoded: Heard) -> Transcription:
        """Decode them; the others have no words."""
        if not encoded.places:
            return Transcription(("",) * encoded.n, (0,) * encoded.n, 0.0)
        answer = self._system.decode(encoded.inner)
        try:
            return _spread(answer, encoded)
        except (AttributeError, TypeError, ValueError):
            checked(answer, len(encoded.places), self._system)  # which says what is wrong of it
            raise

    def _speech(self, samples: Samples) -> Samples:
        spans = self._detect(samples, sampling_rate=SAMPLE_RATE_HZ)
        parts = [samples[span["start"] : span["end"]] for span in spans]
        return np.concatenate(parts) if parts else samples[:0]

    @property
    def decoding(self) -> Mapping[str, Any] | None:
        """The settings of the system that hears the speech."""
        return self._system.decoding

    def set_language(self, language: str | None) -> None:
        """Tell the system."""
        self._system.set_language(language)

    def configuration(self) -> str | None:
        """Give the system's."""
        return self._system.configuration()

    @property
    def weights_fingerprint(self) -> str | None:
        """Give the system's."""
        return self._system.weights_fingerprint

    @property
    def dtype(self) -> str | None:
        """Give the system's."""
        return self._system.dtype

    def weights(self) -> tuple[int, int] | None:
        """Count the system's; the detector has 2 MB more."""
        return self._system.weights()

    def passes_recorded(self) -> AbstractContextManager[list[Pass]] | None:
        """Collect the system's passes; the detector's are some hundred thousand FLOPs a second of audio."""
        return self._system.passes_recorded()

    def flops(self, network_pass: Pass) -> float | None:
        """Give the system's."""
        return self._system.flops(network_pass)

    def moved_bytes(self, network_pass: Pass) -> float | None:
        """Give the system's."""
        return self._system.moved_bytes(network_pass)


def _detector() -> Any:
    try:
        from faster_whisper.vad import get_speech_timestamps
    except ImportError as error:
        raise UnavailableError(
            f"vad='silero' needs faster-whisper, which packages the detector ({error}): "
            "pip install 'asr-harness[vad]'"
        ) from error
    return get_speech_timestamps


def _spread(answer: Transcription, heard: Heard) -> Transcription:
    """Give each recording of the batch what was heard in it; those without speech have no words."""
    texts = dict(zip(heard.places, answer.texts, strict=True))
    counts = dict(zip(heard.places, answer.n_tokens or (), strict=bool(answer.n_tokens)))
    return Transcription(
        tuple(texts.get(place, "") for place in range(heard.n)),
        None if answer.n_tokens is None else tuple(counts.get(place, 0) for place in range(heard.n)),
        answer.processed_s,
    )
