"""What a device is to the rest of the package.

Nothing here imports torch when it is imported: judging and printing ask a device too.
"""

from __future__ import annotations

import gc
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from errno import ENOMEM
from typing import TYPE_CHECKING, Any, ClassVar, Self

from asr_harness.devices.finding import HostFinding
from asr_harness.devices.protocols import EnergyCounter, MemoryMeter, StageClock
from asr_harness.errors import MeterError, UnavailableError

if TYPE_CHECKING:
    from asr_harness.devices.instruments.probe import ProbeSpeed
    from asr_harness.schema import Environment, MachinePeaks

OUT_OF_MEMORY = (
    "out of memory",
    "can't allocate memory",
    "cannot allocate memory",
    "failed to allocate memory",
    "not enough memory",
    "bad_alloc",
    "alloc_failed",
)
"""How libraries say so that have no error type of their own for it, in lower case."""

CounterOpeners = Mapping[str, Callable[[], EnergyCounter]]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the work is that tells a device's pace: products of square float32 matrices, and copies.

    The calibration kernel runs beside every round, the probe before a session, the peaks once in it.
    """

    calibration_matrix: int
    calibration_copy_bytes: int
    probe_matrix: int
    probe_copy_bytes: int
    peak_matrix: int
    peak_copy_bytes: int


@dataclass(frozen=True)
class Device(ABC):
    """A device by name; `index` tells several of one kind apart, None means the one that PyTorch would take.

    What is not overridden is right for work that is done when its call returns, in the host's own memory.
    """

    index: int | None = None

    key: ClassVar[str]
    """The name in a case, without an index."""

    kind_title: ClassVar[str]
    sizes: ClassVar[Sizes]

    peak_memory_name: ClassVar[str]
    """Which of the saved memory values stands for the device."""

    quantisations: ClassVar[frozenset[str]] = frozenset()
    """The methods of quantisation that run on it."""

    @abstractmethod
    def check(self) -> None:
        """Raise UnavailableError, with the reason, where PyTorch cannot run on it."""

    @property
    def name(self) -> str:
        """The name in a case, such as `cuda:1`."""
        return self.key if self.index is None else f"{self.key}:{self.index}"

    @property
    def torch_name(self) -> str:
        """What `torch.device` calls it."""
        return self.name

    @property
    def title(self) -> str:
        """What people call it."""
        return self.kind_title if self.index is None else f"{self.kind_title} {self.index}"

    @property
    def lock_name(self) -> str:
        """Name the device itself, the same in every process of this machine, without touching it."""
        return f"{self.key}-{self.index}" if self.index else self.key

    def at(self, index: int) -> Self:
        """Give the device of the same kind that has this index."""
        return replace(self, index=index)

    def synchronise(self) -> None:
        """Wait until the device has done all it was given."""
        return

    def clock(self) -> StageClock:
        """Make a clock that times stages where they run."""
        from asr_harness.devices.instruments.clock import HostClock

        return HostClock(self.synchronise)

    def memory_meters(self) -> tuple[MemoryMeter, ...]:
        """Make the meters of its memory, the host's among them."""
        from asr_harness.devices.instruments.process_memory import PeakResidentSet

        return (PeakResidentSet(),)

    def available_memory_bytes(self) -> int:
        """Memory that a case could use now."""
        from asr_harness.devices.instruments.process_memory import available_bytes

        return available_bytes()

    def free_memory(self) -> None:
        """Give back what is no longer referred to, cached blocks of the device included."""
        gc.collect()

    def is_out_of_memory(self, error: BaseException) -> bool:
        """Tell whether an error means that the host or the device had no memory left."""
        # Importing torch where memory has run out would only fail in another way.
        torch = sys.modules.get("torch")
        if isinstance(error, MemoryError) or (torch and isinstance(error, torch.OutOfMemoryError)):
            return True
        if error.__cause__ is not None and self.is_out_of_memory(error.__cause__):
            return True
        if isinstance(error, OSError):
            return error.errno == ENOMEM
        message = str(error).lower()
        return isinstance(error, Exception) and any(words in message for words in OUT_OF_MEMORY)

    def calibration_kernel(self) -> Callable[[], float]:
        """Make the fixed work that is timed beside every round; calling it gives its seconds."""
        from asr_harness.devices.instruments.calibration import CalibrationKernel

        return CalibrationKernel(self)

    def probe_speed(self) -> ProbeSpeed:
        """Time a product and a copy, to plan a session by."""
        from asr_harness.devices.instruments.probe import probe_speed

        return probe_speed(self)

    def measure_peaks(self) -> MachinePeaks:
        """Measure the best it can do, in a few seconds."""
        from asr_harness.devices.instruments.peaks import measure_peaks

        return measure_peaks(self)

    def energy_counters(self, *, tolerate_power_cap: bool = False) -> CounterOpeners:
        """Give what opens each of its energy counters, the best first, by name; no estimate is among them.

        `tolerate_power_cap` counts a GPU held at its power limit too, and leaves out what could not tell.
        """
        del tolerate_power_cap
        return {}

    def estimated_energy(self, tdp_w: float) -> EnergyCounter:
        """Estimate energy from a stated thermal design power. Raises MeterError where that makes no sense."""
        del tdp_w
        raise MeterError(f"the estimate from utilisation and TDP is for processors, not for {self.name}")

    def open_energy_counter(self, choice: str = "auto") -> EnergyCounter:
        """Open what counts the energy of the device.

        `choice` is `auto`; `capped`, which counts a GPU held at its power limit too; `off`; or
        `estimate:WATTS` with the processor's thermal design power. Raises MeterError with what was tried.
        """
        if choice == "off":
            raise MeterError("not asked for (--asr-energy off)")
        if choice not in ("auto", "capped"):
            return self.estimated_energy(float(choice.removeprefix("estimate:")))
        refused: list[str] = []
        for name, open_counter in self.energy_counters(tolerate_power_cap=choice == "capped").items():
            try:
                return open_counter()
            except MeterError as error:
                refused.append(f"{name}: {error}")
        tried = "; ".join(refused) or "no counter is for this device; add one to asr_harness/devices/energy"
        raise MeterError(f"energy of {self.name} is unmeasured: {tried}")

    def findings(self) -> Iterator[HostFinding]:
        """Say what there is of it on this machine; nothing where nobody would expect one."""
        try:
            self.check()
        except UnavailableError:
            return
        yield HostFinding(self.title, "good", f"PyTorch can use it, as {self.name}")

    def describe(self) -> Mapping[str, Any]:
        """Describe all devices of this kind as fields of a run's environment (`schema.Environment`), in plain
        JSON values.

        What cannot be read is None; a machine that has none adds as little as it can.
        """
        return {}

    def state(self) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        """Describe the machine now, the host and the device, and give a reason for each value that is None.

        Raises nothing: what does not answer is None.
        """
        from asr_harness.devices.instruments import host_state

        return host_state.read()

    def comparable(self, environment: Environment) -> Mapping[str, object]:
        """Read from a run's environment, `describe` in it, what must be alike for times to be compared."""
        del environment
        return {}
