"""Peak memory on a device: what PyTorch's allocator gave out and held, and what the driver counts.

Source: PyTorch, CUDA semantics, Memory management (`max_memory_allocated`, `max_memory_reserved`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness.devices.protocols import Reading

if TYPE_CHECKING:
    from collections.abc import Callable

ALLOCATED, RESERVED = "peak_allocated_bytes", "peak_reserved_bytes"


class AcceleratorMemory:
    """Reads the peaks since `reset`, of the device that `backend` has at `index`; None is its current one.

    `process_memory` reads what the driver counts for this process, nothing where it cannot be asked.
    """

    def __init__(
        self, backend: Any, index: int | None, process_memory: Callable[[], tuple[Reading, ...]]
    ) -> None:
        self._backend, self._index, self._process_memory = backend, index, process_memory

    def reset(self) -> None:
        """Start new peaks at what is allocated now."""
        self._backend.synchronize(self._index)
        self._backend.reset_peak_memory_stats(self._index)

    def read(self) -> tuple[Reading, ...]:
        """Give the peaks in bytes, and the process's memory as the driver counts it now."""
        self._backend.synchronize(self._index)
        return (
            Reading(ALLOCATED, self._backend.max_memory_allocated(self._index)),
            Reading(RESERVED, self._backend.max_memory_reserved(self._index)),
            *self._process_memory(),
        )
