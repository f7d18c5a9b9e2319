"""Rounds around a transcriber: each a timed pass over the slice, the calibration kernel before it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from math import ceil
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from asr_harness.measure.transcription import fresh, transcribe, unchecked_answer
from asr_harness.schema import STAGES
from asr_harness.systems.answers import check_passes, checked
from asr_harness.systems.base import Transcription, untimed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asr_harness.corpora.base import Utterance
    from asr_harness.devices.protocols import StageClock
    from asr_harness.schema import StageName
    from asr_harness.systems.base import Pass, StageContext, System, Transcription

MIN_ROUNDS = 3
MAX_ROUNDS = 200


def planned_rounds(warm_up_s: float, budget_s: float) -> int:
    """Choose how many rounds fill the time for a case, never fewer than `MIN_ROUNDS`."""
    return min(MAX_ROUNDS, max(MIN_ROUNDS, ceil(budget_s / warm_up_s)))


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
class Counts:
    """What one pass over a slice made the machine do; the same in every run of the same code.

    `passes` is None if the system cannot tell them. `operators` has the operators that the first batch
    dispatched in each stage, None if they were not counted. `calls` is how often each stage was entered.
    """

    passes: tuple[Pass, ...] | None
    operators: Mapping[StageName, int] | None
    calls: Mapping[StageName, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WarmUp:
    """A pass that is no round: what it counted, and the seconds that it and a calibration took."""

    counts: Counts
    duration_s: float


class OperatorCounter(AbstractContextManager["OperatorCounter"], Protocol):
    """Counts the operators dispatched inside it, by stage."""

    @property
    def n_operators(self) -> Mapping[StageName, int]:
        """Operators dispatched so far."""

    def stage(self, name: StageName) -> AbstractContextManager[None]:
        """Count what runs inside to `name`."""


class StageCalls:
    """Counts how often each stage is entered, by the harness or by the system itself."""

    def __init__(self) -> None:
        self.n_calls: dict[StageName, int] = dict.fromkeys(STAGES, 0)

    def around(self, stage: StageContext) -> StageContext:
        """Give a stage that counts, and is otherwise the one given."""

        def counted(name: StageName) -> AbstractContextManager[None]:
            self.n_calls[name] += 1
            return stage(name)

        return counted


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

    def first_batch_s(self) -> float:
        """Transcribe the first batch as in a round, and give its seconds."""
        audio = fresh(self._batches[0])
        self._clock.start()
        answer = unchecked_answer(self._system, audio, self._clock.stage)
        latency_s, _ = self._clock.stop()
        checked(answer, len(audio), self._system)
        return latency_s

    def warm_up(self, operators: OperatorCounter | None = None) -> WarmUp:
        """Run one pass that is no round, and count what it does; `operators` watches its first batch."""
        began = perf_counter()
        recording = self._system.passes_recorded()
        with nullcontext() if recording is None else recording as passes:
            first, *others = self._batches
            calls = StageCalls()
            audio = fresh(first)
            with operators or nullcontext():
                stage = calls.around(operators.stage) if operators else calls.around(untimed)
                answer = unchecked_answer(self._system, audio, stage)
            checked(answer, len(first), self._system)
            for audio in map(fresh, others):
                transcribe(self._system, audio, calls.around(untimed))
        duration_s = perf_counter() - began + self._calibration()
        if passes is not None:
            check_passes(passes, self._system)
        n_operators = dict(operators.n_operators) if operators else None
        counts = Counts(None if passes is None else tuple(passes), n_operators, calls.n_calls)
        return WarmUp(counts, duration_s)

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
            answer = unchecked_answer(self._system, audio, self._clock.stage)
            latency_s, seconds = self._clock.stop()
            transcriptions.append(checked(answer, len(audio), self._system))
            latencies_s.append(latency_s)
            for stage in STAGES:
                stage_s[stage] += seconds[stage]
        return Round(tuple(latencies_s), stage_s, self._calibration_s, tuple(transcriptions))
