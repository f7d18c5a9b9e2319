"""Apple's GPU through Metal, which works in the host's memory.

Source: PyTorch, `torch.mps`: one device, one stream, events; of memory what is held now, and no peak.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness.devices.base import CounterOpeners, Device, Sizes
from asr_harness.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.devices.protocols import MemoryMeter, StageClock
    from asr_harness.schema import Environment


class Mps(Device):
    """The only GPU of the machine."""

    key = "mps"
    kind_title = "Apple GPU"
    peak_memory_name = "peak_reserved_bytes"
    sizes = Sizes(
        calibration_matrix=2048,
        calibration_copy_bytes=256 << 20,
        probe_matrix=4096,
        probe_copy_bytes=256 << 20,
        peak_matrix=4096,
        peak_copy_bytes=512 << 20,
    )

    @property
    def backend(self) -> Any:
        """PyTorch's module for it."""
        import torch

        return torch.mps

    def check(self) -> None:
        """Raise UnavailableError where PyTorch cannot use Metal, or for any index but 0."""
        import torch

        if not torch.backends.mps.is_available():
            why = "cannot use Metal here" if torch.backends.mps.is_built() else "built without Metal"
            raise UnavailableError(f"no {self.key} device: torch {torch.__version__} is {why}")
        if self.index:
            raise UnavailableError(f"no {self.name}: the machine's GPU is one {self.key}")

    def synchronise(self) -> None:
        """Wait for the only stream."""
        self.backend.synchronize()

    def clock(self) -> StageClock:
        """Time stages by events; by the host's clock where PyTorch has none."""
        from asr_harness.devices.instruments.clock import EventClock

        if not hasattr(self.backend, "Event"):
            return super().clock()
        return EventClock(self.synchronise, self._record_event)

    def _record_event(self) -> Any:
        event = self.backend.Event(enable_timing=True)
        event.record()
        return event

    def memory_meters(self) -> tuple[MemoryMeter, ...]:
        """Read the host's memory, and what Metal's allocator took for the device."""
        from asr_harness.devices.instruments.pool_memory import PoolMemory

        return (*super().memory_meters(), PoolMemory(self.backend))

    def available_memory_bytes(self) -> int:
        """Give what is left of the share that Metal recommends, never more than the host has."""
        left = int(self.backend.recommended_max_memory()) - int(self.backend.driver_allocated_memory())
        return min(super().available_memory_bytes(), max(0, left))

    def free_memory(self) -> None:
        """Give back what is not referred to, and the allocator's cached blocks."""
        import torch

        super().free_memory()
        if torch.backends.mps.is_available():
            self.backend.empty_cache()

    def energy_counters(self, *, tolerate_power_cap: bool = False) -> CounterOpeners:
        """Zeus, which watches the SoC whole."""
        from asr_harness.devices.energy import zeus

        del tolerate_power_cap
        return {"zeus": zeus.open_energy_counter}

    def describe(self) -> Mapping[str, Any]:
        """Describe the share of memory that the GPU may take, which tells chips apart; nothing elsewhere."""
        import torch

        if not torch.backends.mps.is_available():
            return {}
        gpu = {"name": self.kind_title, "memory_bytes": int(self.backend.recommended_max_memory())}
        return {"accelerators": {self.key: [gpu]}}

    def comparable(self, environment: Environment) -> Mapping[str, object]:
        """Read that share; the chip's name is the processor's."""
        gpus = environment.accelerators.get(self.key, ())
        return {"apple gpu memory_bytes": [gpu.memory_bytes for gpu in gpus]}


DEVICE = Mps()
