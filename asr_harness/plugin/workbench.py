"""Loading for a session: slices once each, and one model at a time."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from time import monotonic, perf_counter
from typing import TYPE_CHECKING

from asr_harness import corpora, devices, systems
from asr_harness.errors import MeterError
from asr_harness.measure.language import settled
from asr_harness.measure.measurement import Instruments
from asr_harness.measure.process_state import ProcessState
from asr_harness.measure.run import MeasuredRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asr_harness.corpora.base import Slice
    from asr_harness.devices.protocols import EnergyCounter
    from asr_harness.grid import Plan
    from asr_harness.schema import Case, MachinePeaks
    from asr_harness.schema.code import CodeRecord


class Workbench:
    """Loads slices once and one model at a time, so that the memory of two never adds up."""

    def __init__(self, plan: Plan, *, is_live: bool = False, has_energy: bool | None = None) -> None:
        self.plan = plan
        self._is_live = is_live
        self._has_energy = not is_live if has_energy is None else has_energy
        self.loading_s = 0.0
        self._load_s: float | None = None
        self._has_loaded = False
        self.known_peaks: dict[str, MachinePeaks] = {}
        self.other_code: list[CodeRecord] = []
        self._slices: dict[str, Slice] = {}
        self._devices: set[devices.Device] = set()
        self._key: tuple[str, str, str] | None = None
        self._untouched: ProcessState | None = None
        self._loaded: tuple[ProcessState, str | None] | None = None
        self._model: systems.LoadedSystem | None = None
        self._instruments: dict[str, Instruments] = {}

    def slice(self, bucket: str) -> Slice:
        """Load the slice of a bucket, from the cache or by cutting it now."""
        if bucket not in self._slices:
            with self._loading():
                loaded = corpora.load_slice(
                    self.plan.data,
                    bucket,
                    limits_s=self.plan.buckets_s[bucket],
                    n_utterances=self.plan.n_utterances,
                )
                self._slices[bucket] = settled(loaded, self.plan.language, self.plan.normaliser)
            for utterance in self._slices[bucket].utterances:
                # Every case hears it; what wants to write gets a copy of its own.
                utterance.samples.setflags(write=False)
        return self._slices[bucket]

    def model(self, case: Case) -> systems.LoadedSystem:
        """Load the model of a case, letting go of the one before.

        The process is as it was when nothing had been loaded; for the later cases of a model, as it was right
        after loading. A model whose configuration a case has changed is loaded anew.
        """
        key = (case.model, case.device, case.variant)
        if self._key == key and self._model is not None and self._loaded is not None:
            state, configuration = self._loaded
            if self._model.system.configuration() == configuration:
                state.restore()
                return self._model
            self._key = None
        if self._key != key or self._model is None:
            self.clear()
            if self._untouched is None:
                self._untouched = ProcessState.record()
            # A load that fails halfway leaves memory behind, too.
            self._devices.add(devices.get(case.device))
            is_first, self._has_loaded = not self._has_loaded, True
            with self._loading():
                began = perf_counter()
                self._model = systems.load(
                    self.plan.sources[case.model],
                    device=case.device,
                    weights=self.plan.weights,  # type: ignore[arg-type]
                    variant=self.plan.variants[case.variant],
                    allow_pickle=self.plan.allow_pickle,
                    language=self.slice(case.bucket).language,
                )
                devices.get(case.device).synchronise()
            if is_first:
                self._load_s = perf_counter() - began
            self._loaded = (ProcessState.record(), self._model.system.configuration())
            self._key = key
        return self._model

    def instruments(self, device: str) -> Instruments:
        """Make what a device is measured with, and measure its peaks, once."""
        if device not in self._instruments:
            with self._loading():
                self._instruments[device] = make_instruments(
                    device,
                    self.plan.energy if self._has_energy else "off",
                    with_peaks=not self._is_live and device not in self.known_peaks,
                )
            measured = self._instruments[device].peaks
            if measured is not None:
                self.known_peaks[device] = measured
            elif device in self.known_peaks:
                self._instruments[device] = replace(self._instruments[device], peaks=self.known_peaks[device])
        return self._instruments[device]

    @property
    def peaks(self) -> dict[str, MachinePeaks]:
        """What each device that was used can do at best."""
        return dict(self.known_peaks)

    @contextmanager
    def _loading(self) -> Iterator[None]:
        began = monotonic()
        try:
            yield
        finally:
            self.loading_s += monotonic() - began

    def clear(self) -> None:
        """Let go of the model and give its memory back."""
        self._key = self._model = self._loaded = None
        self.settle()
        for device in self._devices or (devices.HOST,):
            device.free_memory()

    def settle(self) -> None:
        """Put the process's settings back after a case, as they were before anything was loaded."""
        if self._untouched is not None:
            self._untouched.restore()

    def run(self, case: Case, on_round: Callable[[int, int], None]) -> MeasuredRun:
        """Load a case, ready to be warmed up."""
        # A model may set threads or dtypes: what the machine can do at best is measured before it is loaded.
        instruments, slice_ = self.instruments(case.device), self.slice(case.bucket)
        devices.get(case.device).free_memory()
        model = self.model(case)
        # The model's first case alone starts cold.
        load_s, self._load_s = self._load_s, None
        return MeasuredRun(
            case,
            slice_,
            model,
            instruments,
            load_s=load_s,
            time_s=self.plan.time_s,
            compiles=self.plan.variants[case.variant].compiles,
            by_arrival=self.plan.variants[case.variant].batching == "arrival",
            on_round=on_round,
        )


def energy_counter(device: str, choice: str) -> EnergyCounter | MeterError:
    """Open what counts the energy of a device, or give the reason why nothing does."""
    try:
        return devices.get(device).open_energy_counter(choice)
    except MeterError as error:
        return error


def make_instruments(name: str, energy: str, *, with_peaks: bool = True) -> Instruments:
    """Make what a device is measured with; `energy` as in `Device.open_energy_counter`."""
    device = devices.get(name)
    return Instruments(
        device.clock(),
        device.calibration_kernel(),
        device.memory_meters(),
        device.measure_peaks() if with_peaks else None,
        energy_counter(name, energy),
    )
