"""Rounds around a system: the one path on which audio becomes text, timed or not."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from math import ceil
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from asr_harness.systems.answers import checked
from asr_harness.systems.base import Transcription, untimed
from asr_harness.types import STAGES, Round

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asr_harness.devices.instruments.peaks import MachinePeaks
    from asr_harness.errors import MeterError
    from asr_harness.measure.joules import EnergyFigure
    from asr_harness.systems import LoadedSystem
    from asr_harness.systems.base import Pass, StageContext, System
    from asr_harness.types import (
        Case,
        EnergyCounter,
        MemoryMeter,
        Reading,
        Samples,
        Slice,
        StageClock,
        StageName,
        Utterance,
    )

MIN_ROUNDS = 3
MAX_ROUNDS = 200


def transcribe(system: System, audio: Sequence[Samples], stage: StageContext = untimed) -> Transcription:
    """Transcribe one batch, each stage inside `stage(name)`.

    The audio is the system's to write to: hand it `fresh` copies of what others will hear.
    Raises ModelError for what is no transcription of the batch.
    """
    return checked(_answer(system, audio, stage), len(audio), system)


def fresh(audio: Sequence[Samples]) -> list[Samples]:
    """Copy a batch for a system that may work in place, so that nobody else hears what it wrote."""
    return [samples.copy() for samples in audio]


def _answer(system: System, audio: Sequence[Samples], stage: StageContext) -> object:
    system.stage = stage
    with stage("preprocess"):
        features = system.preprocess(audio)
    with stage("encode"):
        encoded = system.encode(features)
    with stage("decode"):
        answer: object = system.decode(encoded)
        # Giving back what the stages handed on takes time too, and nothing after them should.
        del features, encoded
    return answer


def n_rounds(warm_up_s: float, budget_s: float) -> int:
    """Choose how many rounds fill the time for a case, never fewer than `MIN_ROUNDS`."""
    return min(MAX_ROUNDS, max(MIN_ROUNDS, ceil(budget_s / warm_up_s)))


@dataclass(frozen=True, slots=True)
class Instruments:
    """What a device is measured with: made once, used for every case on it."""

    clock: StageClock
    calibration: Callable[[], float]
    memory: tuple[MemoryMeter, ...]
    peaks: MachinePeaks | None
    energy: EnergyCounter | MeterError


@dataclass(frozen=True, slots=True)
class Work:
    """What one pass over a slice made the machine do; the same in every run of the same code.

    `passes` is None if the system cannot tell them. `operators` has the operators that the first batch
    dispatched in each stage, None if they were not counted.
    """

    passes: tuple[Pass, ...] | None
    operators: Mapping[StageName, int] | None


class OperatorCounter(AbstractContextManager["OperatorCounter"], Protocol):
    """Counts the operators dispatched inside it, by stage."""

    @property
    def n_operators(self) -> Mapping[StageName, int]:
        """Operators dispatched so far."""

    def stage(self, name: StageName) -> AbstractContextManager[None]:
        """Count what runs inside to `name`."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """All that one case gave: what ran, on what, and every round of it."""

    case: Case
    model: LoadedSystem
    slice: Slice
    batches: tuple[tuple[Utterance, ...], ...]
    work: Work
    memory: tuple[Reading, ...]
    peaks: MachinePeaks | None
    energy: EnergyFigure
    stage_energy: Mapping[StageName, EnergyFigure]
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
        system: System,
        batches: Sequence[Sequence[Utterance]],
        clock: StageClock,
        calibration: Callable[[], float],
    ) -> None:
        self.rounds: list[Round] = []
        self._system = system
        self._batches = [[utterance.samples for utterance in batch] for batch in batches]
        self._clock = clock
        self._calibration = calibration
        self._calibration_s = 0.0

    def warm_up(self, operators: OperatorCounter | None = None) -> tuple[Work, float]:
        """Run one pass that is no round, and count what it does; `operators` watches its first batch.

        Gives also the seconds that this pass and one calibration took, to plan the rounds by.
        """
        began = perf_counter()
        recording = self._system.passes_recorded()
        with nullcontext() if recording is None else recording as passes:
            first, *others = self._batches
            audio = fresh(first)
            with operators or nullcontext():
                answer = _answer(self._system, audio, operators.stage if operators else untimed)
            checked(answer, len(first), self._system)
            for audio in map(fresh, others):
                transcribe(self._system, audio)
        took_s = perf_counter() - began + self._calibration()
        counts = dict(operators.n_operators) if operators else None
        return Work(None if passes is None else tuple(passes), counts), took_s

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
        for audio in map(fresh, self._batches):
            self._clock.start()
            answer = _answer(self._system, audio, self._clock.stage)
            latency_s, seconds = self._clock.stop()
            transcriptions.append(checked(answer, len(audio), self._system))
            latencies_s.append(latency_s)
            for stage in STAGES:
                stage_s[stage] += seconds[stage]
        return Round(tuple(latencies_s), stage_s, self._calibration_s, tuple(transcriptions))
