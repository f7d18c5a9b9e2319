"""Memory of a device whose allocator keeps no peaks: what its pool took from the driver.

A pool that is emptied first only grows until it is emptied again, so what it holds afterwards is its peak.
"""

from __future__ import annotations

from typing import Any

from asr_harness.devices.instruments.accelerator_memory import ALLOCATED, RESERVED
from asr_harness.devices.protocols import Reading


class PoolMemory:
    """Reads the pool's peak since `reset`."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def reset(self) -> None:
        """Give back what the pool holds for nothing."""
        self._backend.synchronize()
        self._backend.empty_cache()

    def read(self) -> tuple[Reading, ...]:
        """Give the peak of the pool in bytes; that of the tensors in it is not known."""
        self._backend.synchronize()
        return (
            Reading(ALLOCATED, None, "unmeasured", f"{self._backend.__name__} keeps no peak of its tensors"),
            Reading(RESERVED, self._backend.driver_allocated_memory()),
        )
