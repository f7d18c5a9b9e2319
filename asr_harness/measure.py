"""Rounds around a transcriber: the one path on which audio becomes text, timed or not."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from asr_harness.types import STAGES, ReentersEncoder, Round, Transcription, untimed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asr_harness.models import LoadedModel
    from asr_harness.types import (
        Case,
        Samples,
        Slice,
        StageClock,
        StageContext,
        StageName,
        Transcriber,
        Utterance,
    )

MIN_ROUNDS = 3
MAX_ROUNDS = 200


def transcribe(
    transcriber: Transcriber, audio: Sequence[Samples], stage: StageContext = untimed
) -> Transcription:
    """Transcribe one batch, each stage inside `stage(name)`."""
    if isinstance(transcriber, ReentersEncoder):
        transcriber.stage = stage
    with stage("preprocess"):
        features = transcriber.preprocess(audio)
    with stage("encode"):
        encoded = transcriber.encode(features)
    with stage("decode"):
        transcription = transcriber.decode(encoded)
        # Giving back what the stages handed on takes time too, and nothing after them should.
        del features, encoded
    return transcription


def n_rounds(warm_up_s: float, budget_s: float) -> int:
    """Choose how many rounds fill the time for a case, never fewer than `MIN_ROUNDS`."""
    return min(MAX_ROUNDS, max(MIN_ROUNDS, ceil(budget_s / warm_up_s)))


@dataclass(frozen=True, slots=True)
class Measurement:
    """All that one case gave: what ran, on what, and every round of it."""

    case: Case
    model: LoadedModel
    slice: Slice
    batches: tuple[tuple[Utterance, ...], ...]
    rounds: tuple[Round, ...]

    def hypotheses(self, round_index: int = -1) -> list[str]:
        """Give one round's transcripts in the order of the slice."""
        transcriptions = self.rounds[round_index].transcriptions
        texts = {
            utterance.id: text
            for batch, transcription in zip(self.batches, transcriptions, strict=True)
            for utterance, text in zip(batch, transcription.texts, strict=True)
        }
        return [texts[utterance.id] for utterance in self.slice.utterances]


class SliceRunner:
    """Runs rounds over the batches of a slice and keeps every one.

    A benchmark calls `calibrate` and `run_round` in turn; `warm_up` comes first and is no round.
    """

    def __init__(
        self,
        transcriber: Transcriber,
        batches: Sequence[Sequence[Utterance]],
        clock: StageClock,
        calibration: Callable[[], float],
    ) -> None:
        self.rounds: list[Round] = []
        self._transcriber = transcriber
        self._batches = [[utterance.samples for utterance in batch] for batch in batches]
        self._clock = clock
        self._calibration = calibration
        self._calibration_s = 0.0

    def warm_up(self) -> float:
        """Calibrate and run one pass, neither of them kept; gives the seconds of both."""
        return self._calibration() + self._pass().latency_s

    def calibrate(self) -> None:
        """Time the calibration kernel for the round to come."""
        self._calibration_s = self._calibration()

    def run_round(self) -> None:
        """Transcribe the slice once and keep what was measured."""
        self.rounds.append(self._pass())

    def _pass(self) -> Round:
        latencies_s: list[float] = []
        stage_s: dict[StageName, float] = dict.fromkeys(STAGES, 0.0)
        transcriptions: list[Transcription] = []
        for audio in self._batches:
            self._clock.start()
            transcriptions.append(transcribe(self._transcriber, audio, self._clock.stage))
            latency_s, seconds = self._clock.stop()
            latencies_s.append(latency_s)
            for stage in STAGES:
                stage_s[stage] += seconds[stage]
        return Round(tuple(latencies_s), stage_s, self._calibration_s, tuple(transcriptions))
