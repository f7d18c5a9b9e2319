"""Peak memory on the CUDA device: what PyTorch's allocator gave out and held, and what the driver counts.

Source: PyTorch, CUDA semantics, Memory management (`max_memory_allocated`, `max_memory_reserved`); NVML,
`nvmlDeviceGetComputeRunningProcesses` for the memory of this process, the CUDA context included.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from asr_harness.types import Reading

if TYPE_CHECKING:
    from types import ModuleType

ALLOCATED, RESERVED, PROCESS = "peak_allocated_bytes", "peak_reserved_bytes", "process_device_bytes"


class CudaMemory:
    """Reads the peaks since `reset` on the current device."""

    def __init__(self, cuda: Any = None, nvml: ModuleType | Any = None) -> None:
        import pynvml
        import torch

        self._cuda = cuda or torch.cuda
        self._nvml = nvml or pynvml

    def reset(self) -> None:
        """Start new peaks at what is allocated now."""
        self._cuda.synchronize()
        self._cuda.reset_peak_memory_stats()

    def read(self) -> tuple[Reading, ...]:
        """Give the peaks in bytes, and the process's memory as the driver counts it now."""
        self._cuda.synchronize()
        return (
            Reading(ALLOCATED, self._cuda.max_memory_allocated()),
            Reading(RESERVED, self._cuda.max_memory_reserved()),
            self._process_memory(),
        )

    def _process_memory(self) -> Reading:
        try:
            self._nvml.nvmlInit()
            uuid = f"GPU-{self._cuda.get_device_properties(self._cuda.current_device()).uuid}"
            handle = self._nvml.nvmlDeviceGetHandleByUUID(uuid)
            processes = self._nvml.nvmlDeviceGetComputeRunningProcesses(handle)
        except self._nvml.NVMLError as error:
            return Reading(PROCESS, None, "unmeasured", f"NVML cannot tell: {error}")
        used = next((process.usedGpuMemory for process in processes if process.pid == os.getpid()), None)
        if used is None:
            # In a container the driver knows the process by another number.
            return Reading(PROCESS, None, "unmeasured", f"NVML lists no process {os.getpid()} on {uuid}")
        return Reading(PROCESS, used)
