"""What a benchmark drives for one case: a run that measures, or one replayed from a journal."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from asr_harness import corpora, energy, measure, records
from asr_harness.errors import MeterError
from asr_harness.measure.joules import EnergyFigure
from asr_harness.types import STAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asr_harness.systems import LoadedSystem
    from asr_harness.types import Case, Reading, Round, Slice, StageName


class Run(Protocol):
    """Goes round by round: `calibrate` before each, `run_round` inside the timer."""

    @property
    def n_rounds(self) -> int:
        """How many rounds to run; asking warms the case up."""

    def calibrate(self) -> None:
        """Prepare a round, outside the timer."""

    def run_round(self) -> None:
        """Transcribe the slice once."""

    def extra_info(self) -> Mapping[str, Any]:
        """Give everything to be saved beside the times."""


class MeasuredRun:
    """Warms a case up and measures it; `on_round` hears of each round before it begins.

    `time_s` is for the rounds and for the calibration beside each of them.
    """

    def __init__(
        self,
        case: Case,
        slice_: Slice,
        model: LoadedSystem,
        instruments: measure.Instruments,
        *,
        time_s: float,
        compiles: bool,
        on_round: Callable[[int, int], None],
    ) -> None:
        self._case, self._slice, self._model = case, slice_, model
        self._batches = corpora.batches(slice_, case.batch_size)
        self._instruments = instruments
        self._runner = measure.SliceRunner(
            model.system, self._batches, instruments.clock, instruments.calibration
        )
        self._time_s = time_s
        self._compiles = compiles
        self._on_round = on_round
        self._memory: tuple[Reading, ...] = ()

    @cached_property
    def n_rounds(self) -> int:
        """Warm up, and choose how many rounds fill the time for the case."""
        return measure.n_rounds(self.warm_up_s, self._time_s)

    @property
    def warm_up_s(self) -> float:
        """Seconds of one pass and one calibration; asking warms the case up."""
        return self._warm_up[1]

    def warm_up_again(self) -> float:
        """Run one more pass that is no round, and give the seconds of it and a calibration."""
        return self._runner.warm_up()[1]

    @property
    def rounds(self) -> Sequence[Round]:
        """The rounds so far."""
        return self._runner.rounds

    @cached_property
    def _warm_up(self) -> tuple[measure.Work, float]:
        from asr_harness.devices.instruments.operators import OperatorMeter

        if self._compiles:
            # What compiles is no measure of a round, and under a counter of operators nothing would compile.
            self._runner.warm_up()
        for meter in self._instruments.memory:
            meter.reset()
        warm_up = self._runner.warm_up(None if self._compiles else OperatorMeter())
        self._memory = tuple(reading for meter in self._instruments.memory for reading in meter.read())
        return warm_up

    def calibrate(self) -> None:
        """Time the calibration kernel for the round to come."""
        self._on_round(len(self._runner.rounds) + 1, self.n_rounds)
        self._runner.calibrate()

    def run_round(self) -> None:
        """Transcribe the slice once."""
        self._runner.run_round()

    def extra_info(self) -> Mapping[str, Any]:
        """Measure the energy in a pass of its own, and compute the metrics of all."""
        whole_energy, stage_energy = self._measure_energy()
        measurement = measure.Measurement(
            self._case,
            self._model,
            self._slice,
            self._batches,
            self._warm_up[0],
            self._memory,
            self._instruments.peaks,
            whole_energy,
            stage_energy,
            tuple(self._runner.rounds),
        )
        return records.extra_info(measurement)

    def release(self) -> None:
        """Let go of the model: pytest keeps a fixture's value longer than the next model can wait."""
        del self._model, self._runner

    def _measure_energy(self) -> tuple[EnergyFigure, Mapping[StageName, EnergyFigure]]:
        counter, synchronise = self._instruments.energy, self._instruments.clock.synchronise
        if isinstance(counter, MeterError):
            unmeasured = EnergyFigure("none", "unmeasured", reason=str(counter))
            return unmeasured, dict.fromkeys(STAGES, unmeasured)
        batches = [[utterance.samples for utterance in batch] for batch in self._batches]
        works = energy.stage_works(self._model.system, batches)
        whole = energy.slice_work(self._model.system, batches)
        return (
            energy.measure_energy(whole, counter, synchronise=synchronise),
            energy.measure_stages(works, counter, synchronise=synchronise),
        )


class ReplayTimer:
    """A timer for pytest-benchmark that shows what a stored round took."""

    __name__ = "perf_counter"  # what the stored rounds were timed with

    def __init__(self) -> None:
        self.shown_s = 0.0

    def __call__(self) -> float:
        """Read the timer, in seconds."""
        return self.shown_s


class ReplayedRun:
    """Hands pytest-benchmark the rounds of a case that an interrupted session had finished."""

    def __init__(self, rounds_s: Sequence[float], extra_info: Mapping[str, Any]) -> None:
        self.timer = ReplayTimer()
        self._n_rounds = len(rounds_s)
        self._remaining_s = iter(rounds_s)
        self._extra_info = extra_info

    @property
    def n_rounds(self) -> int:
        """How many rounds were stored."""
        return self._n_rounds

    def calibrate(self) -> None:
        """Set the timer to zero."""
        self.timer.shown_s = 0.0

    def run_round(self) -> None:
        """Let the timer show the next stored round."""
        self.timer.shown_s = next(self._remaining_s)

    def extra_info(self) -> Mapping[str, Any]:
        """Give what was journalled."""
        return self._extra_info
