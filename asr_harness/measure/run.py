"""One case measured: a system, a slice and a device in, a `CaseResult` out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness import corpora, devices
from asr_harness.errors import MeterError
from asr_harness.measure import energy
from asr_harness.measure.compiling import CompileWatch
from asr_harness.measure.machine import MachineWatch
from asr_harness.measure.measurement import Measurement
from asr_harness.measure.result import case_result
from asr_harness.measure.rounds import SliceRunner, WarmUp, planned_rounds
from asr_harness.measure.starting import Starting
from asr_harness.schema import STAGES, EnergyMeasurement

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asr_harness.corpora import Slice
    from asr_harness.devices.protocols import Reading
    from asr_harness.measure.measurement import Instruments
    from asr_harness.measure.rounds import Round
    from asr_harness.schema import Case, CaseResult, StageName
    from asr_harness.systems import LoadedSystem


class MeasuredRun:
    """Warms a case up, runs its rounds, and measures what has a pass of its own.

    `warm_up` comes first; then `calibrate` and `run_round` in turn, and `result` at last. `time_s` is for the
    rounds and for the calibration beside each of them. `on_round` hears of each round before it begins.
    `load_s` is what loading took, None where the process had loaded a system before.
    """

    def __init__(
        self,
        case: Case,
        slice_: Slice,
        model: LoadedSystem,
        instruments: Instruments,
        *,
        time_s: float,
        compiles: bool,
        load_s: float | None = None,
        by_arrival: bool = False,
        on_round: Callable[[int, int], None],
    ) -> None:
        self.n_rounds = 0
        self.warm_up_s = 0.0
        self._case, self._slice, self._model = case, slice_, model
        self._batches = corpora.batches(slice_, case.batch_size, by_arrival=by_arrival)
        self._instruments = instruments
        self._runner = SliceRunner(model.system, self._batches, instruments.clock, instruments.calibration)
        self._time_s = time_s
        self._compiles = compiles
        self._on_round = on_round
        self._memory: tuple[Reading, ...] = ()
        self._warmed_up: WarmUp | None = None
        self._starting = Starting(load_s, CompileWatch(compiles=compiles))

    @property
    def rounds(self) -> Sequence[Round]:
        """The rounds so far."""
        return self._runner.rounds

    def warm_up(self) -> int:
        """Run a pass that counts and takes memory's peaks, and give how many rounds fill the case's time.

        Sets `n_rounds`, and `warm_up_s` to the seconds of that pass and a calibration.
        """
        from asr_harness.devices.instruments.operators import OperatorMeter

        self._watch = MachineWatch(devices.get(self._case.device))
        self._starting.watch.begin()
        if self._starting.is_cold:
            self._starting.first_s = self._runner.first_batch_s()
        if self._compiles:
            # What compiles is no measure of a round, and under a counter of operators nothing would compile.
            self._runner.warm_up()
        for meter in self._instruments.memory:
            meter.reset()
        is_uncounted = self._compiles or self._model.system.is_remote
        self._warmed_up = self._runner.warm_up(None if is_uncounted else OperatorMeter())
        self._memory = tuple(reading for meter in self._instruments.memory for reading in meter.read())
        self.warm_up_s = self._warmed_up.duration_s
        self.n_rounds = planned_rounds(self.warm_up_s, self._time_s)
        self._starting.is_warm()
        return self.n_rounds

    def try_round(self) -> float:
        """Run one more pass that is no round, and give the seconds of it and a calibration."""
        return self._runner.warm_up().duration_s

    def calibrate(self) -> None:
        """Time the calibration kernel for the round to come."""
        self._on_round(len(self._runner.rounds) + 1, self.n_rounds)
        self._runner.calibrate()

    def run_round(self) -> None:
        """Transcribe the slice once."""
        self._runner.run_round()

    def result(self) -> CaseResult:
        """Measure the energy in a pass of its own, and put all together.

        Raises RecordError where a value is none that can be saved, RuntimeError before the warm-up.
        """
        if self._warmed_up is None:
            raise RuntimeError(f"{self._case.id} has no result before its warm-up")
        start, start_reasons = self._starting.part()
        machine, machine_reasons = self._watch.after()
        whole_energy, stage_energy = self._measure_energy()
        return case_result(
            Measurement(
                self._case,
                self._model,
                self._slice,
                self._batches,
                self._warmed_up.counts,
                self._memory,
                self._instruments.peaks,
                whole_energy,
                stage_energy,
                tuple(self._runner.rounds),
                machine,
                machine_reasons,
                start,
                start_reasons,
            )
        )

    def release(self) -> None:
        """Let go of the model: pytest keeps a fixture's value longer than the next model can wait."""
        self._starting.watch.end()
        del self._model, self._runner

    def _measure_energy(self) -> tuple[EnergyMeasurement, Mapping[StageName, EnergyMeasurement]]:
        counter, synchronise = self._instruments.energy, self._instruments.clock.synchronise
        if self._model.system.is_remote:
            counter = MeterError("it runs elsewhere: what this machine takes says nothing of it")
        if isinstance(counter, MeterError):
            unmeasured = EnergyMeasurement("none", "unmeasured", reason=str(counter))
            return unmeasured, dict.fromkeys(STAGES, unmeasured)
        batches = [[utterance.samples for utterance in batch] for batch in self._batches]
        whole = energy.slice_workload(self._model.system, batches)
        whole_energy = energy.measure_energy(whole, counter, synchronise=synchronise)
        try:
            stages = energy.stage_workloads(self._model.system, batches)
        except MeterError as error:
            alone = EnergyMeasurement(counter.source, "unmeasured", reason=str(error))
            return whole_energy, dict.fromkeys(STAGES, alone)
        return whole_energy, energy.measure_stages(stages, counter, synchronise=synchronise)
