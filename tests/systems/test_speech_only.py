"""Recordings without speech are left out, and an answer that lacks some is told by whose it is."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from asr_harness.errors import ModelError
from asr_harness.systems import Transcription, speech_only
from asr_harness.systems.own import OwnSystem
from tests.conftest import noise

SILENCE = np.zeros(1600, np.float32)


class Lengths:
    """Says how many recordings came, once for each, or as many times as it was made for."""

    def __init__(self, n: int | None = None) -> None:
        self.n = n

    def preprocess(self, audio: Sequence[Any]) -> Any:
        return audio

    def encode(self, features: Any) -> Any:
        return features

    def decode(self, encoded: Sequence[Any]) -> Transcription:
        n = len(encoded) if self.n is None else self.n
        return Transcription((str(len(encoded)),) * n, n_tokens=(1,) * n)


@pytest.fixture(autouse=True)
def detector(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take for speech what is not all zeros."""

    def spans(samples: Any, **_: object) -> list[dict[str, int]]:
        return [{"start": 0, "end": len(samples)}] if samples.any() else []

    monkeypatch.setattr(speech_only, "_detector", lambda: spans)


def answer(own: Lengths) -> Transcription:
    system = speech_only.SpeechOnly(OwnSystem(own))
    return system.decode(system.encode(system.preprocess([noise(0.1), SILENCE, noise(0.1)])))


def test_what_is_silent_is_not_heard_and_keeps_its_place() -> None:
    assert answer(Lengths()) == Transcription(("2", "", "2"), (1, 0, 1))


def test_a_text_that_is_missing_is_told_by_the_method_that_left_it_out() -> None:
    with pytest.raises(ModelError, match=r"test_speech_only.py:Lengths.decode returned 1 text for 2 rec"):
        answer(Lengths(1))
