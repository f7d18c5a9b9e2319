"""What the devices share that PyTorch drives by streams and events, each through a module of its own."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from asr_harness.devices.base import Device

if TYPE_CHECKING:
    from asr_harness.devices.protocols import MemoryMeter, Reading, StageClock


class Accelerator(Device):
    """A device whose torch module has streams, events and memory statistics, all by index.

    An index of None reaches that module as it is: PyTorch's current device.
    """

    peak_memory_name = "peak_allocated_bytes"

    @property
    @abstractmethod
    def backend(self) -> Any:
        """PyTorch's module for the device, such as `torch.cuda`."""

    def synchronise(self) -> None:
        """Wait for all streams of the device."""
        self.backend.synchronize(self.index)

    def clock(self) -> StageClock:
        """Time stages by events on the device's current stream."""
        from asr_harness.devices.instruments.clock import EventClock

        return EventClock(self.synchronise, self._record_event)

    def _record_event(self) -> Any:
        event = self.backend.Event(enable_timing=True)
        event.record(self.backend.current_stream(self.index))
        return event

    def memory_meters(self) -> tuple[MemoryMeter, ...]:
        """Read the host's memory, and the peaks of the allocator on the device."""
        from asr_harness.devices.instruments.accelerator_memory import AcceleratorMemory

        return (*super().memory_meters(), AcceleratorMemory(self.backend, self.index, self.process_memory))

    def process_memory(self) -> tuple[Reading, ...]:
        """Read what the driver counts for this process, where it can be asked."""
        return ()

    def available_memory_bytes(self) -> int:
        """Memory that is free on the device."""
        return int(self.backend.mem_get_info(self.index)[0])

    def free_memory(self) -> None:
        """Give back what is not referred to, and the allocator's cached blocks."""
        super().free_memory()
        if self.backend.is_available():
            self.backend.empty_cache()
