"""Loading for a session: slices once each, and one model at a time."""

from __future__ import annotations

from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

from asr_harness import data, measure, systems
from asr_harness.errors import MeterError
from asr_harness.plugin.runs import MeasuredRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asr_harness.grid import Plan
    from asr_harness.meters.machine_peaks import MachinePeaks
    from asr_harness.types import Case, EnergyCounter, Slice


class Workbench:
    """Loads slices once and one model at a time, so that the memory of two never adds up."""

    def __init__(self, plan: Plan, *, is_live: bool = False) -> None:
        self.plan = plan
        self._is_live = is_live
        self.loading_s = 0.0
        self._slices: dict[str, Slice] = {}
        self._key: tuple[str, str, str] | None = None
        self._model: systems.LoadedSystem | None = None
        self._instruments: dict[str, measure.Instruments] = {}

    def slice(self, bucket: str) -> Slice:
        """Load the slice of a bucket, from the cache or by cutting it now."""
        if bucket not in self._slices:
            with self._loading():
                self._slices[bucket] = data.load_slice(
                    self.plan.data,
                    bucket,
                    limits_s=self.plan.buckets_s[bucket],
                    n_utterances=self.plan.n_utterances,
                )
        return self._slices[bucket]

    def model(self, case: Case) -> systems.LoadedSystem:
        """Load the model of a case, letting go of the one before."""
        key = (case.model, case.device, case.variant)
        if self._key != key or self._model is None:
            self.clear()
            with self._loading():
                self._model = systems.load(
                    self.plan.sources[case.model],
                    device=case.device,
                    weights=self.plan.weights,  # type: ignore[arg-type]
                    variant=self.plan.variants[case.variant],
                )
            self._key = key
        return self._model

    def instruments(self, device: str) -> measure.Instruments:
        """Make what a device is measured with, and measure its peaks, once."""
        if device not in self._instruments:
            with self._loading():
                self._instruments[device] = make_instruments(
                    device, "off" if self._is_live else self.plan.energy, with_peaks=not self._is_live
                )
        return self._instruments[device]

    @property
    def peaks(self) -> dict[str, MachinePeaks]:
        """What each device that was used can do at best."""
        peaks = {device: instruments.peaks for device, instruments in self._instruments.items()}
        return {device: found for device, found in peaks.items() if found is not None}

    @contextmanager
    def _loading(self) -> Iterator[None]:
        began = monotonic()
        try:
            yield
        finally:
            self.loading_s += monotonic() - began

    def clear(self) -> None:
        """Let go of the model and give its memory back."""
        from asr_harness.systems.hf import building

        self._key = self._model = None
        building.free_memory()

    def run(self, case: Case, on_round: Callable[[int, int], None]) -> MeasuredRun:
        """Load and warm up a case, ready for its rounds."""
        return MeasuredRun(
            case,
            self.slice(case.bucket),
            self.model(case),
            self.instruments(case.device),
            time_s=self.plan.time_s,
            compiles=self.plan.variants[case.variant].compile_encoder,
            on_round=on_round,
        )


def energy_counter(device: str, choice: str) -> EnergyCounter | MeterError:
    """Open what counts the energy of a device, or give the reason why nothing does.

    `choice` is `auto`; `capped`, which counts a GPU held at its power limit too; `off`; or `estimate:WATTS`
    with the processor's thermal design power.
    """
    from asr_harness.meters import nvml
    from asr_harness.meters.energy_counters import open_counter
    from asr_harness.meters.estimate import EstimatedEnergy

    try:
        if choice == "off":
            raise MeterError("not asked for (--asr-energy off)")
        if choice == "capped" and device == "cuda":
            return nvml.open_energy_counter(device, tolerate_power_cap=True)
        if choice in ("auto", "capped"):
            return open_counter(device)
        if device != "cpu":
            raise MeterError(f"the estimate from utilisation and TDP is for the cpu, not for {device}")
        return EstimatedEnergy(float(choice.removeprefix("estimate:")))
    except MeterError as error:
        return error


def make_instruments(device: str, energy: str, *, with_peaks: bool = True) -> measure.Instruments:
    """Make what a device is measured with; `energy` as in `energy_counter`."""
    from asr_harness.meters.calibration import CalibrationKernel
    from asr_harness.meters.clock import clock_for
    from asr_harness.meters.cuda_memory import CudaMemory
    from asr_harness.meters.machine_peaks import measure_peaks
    from asr_harness.meters.process_memory import PeakResidentSet

    memory = (PeakResidentSet(), CudaMemory()) if device == "cuda" else (PeakResidentSet(),)
    return measure.Instruments(
        clock_for(device),
        CalibrationKernel(device),
        memory,
        measure_peaks(device) if with_peaks else None,
        energy_counter(device, energy),
    )
