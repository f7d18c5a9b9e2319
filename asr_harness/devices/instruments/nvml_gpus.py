"""NVIDIA GPUs as their driver shows them: which is PyTorch's, what they are, and what this process holds.

Source: NVML API reference. `nvml` is the module `pynvml`, `cuda` is `torch.cuda`. A question that the driver
does not answer, for whatever reason, is None: boards with unified memory know no memory of their own, and
MIG or a container may forbid any of them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from asr_harness.devices.protocols import Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

PROCESS = "process_device_bytes"


def find_gpu(nvml: Any, cuda: Any, index: int | None) -> Any:
    """Find the handle of a GPU by PyTorch's index, None being its current one.

    NVML's own order ignores CUDA_VISIBLE_DEVICES. Raises NVMLError where the driver does not know it.
    """
    properties = _properties(cuda, index)
    uuid = getattr(properties, "uuid", None)
    if uuid is not None:
        return nvml.nvmlDeviceGetHandleByUUID(_full(uuid))
    address = f"{properties.pci_domain_id:08x}:{properties.pci_bus_id:02x}:{properties.pci_device_id:02x}.0"
    return nvml.nvmlDeviceGetHandleByPciBusId(address)


def describe(nvml: Any) -> list[Mapping[str, Any]]:
    """Describe every GPU that the driver shows; none where there is no driver."""
    try:
        nvml.nvmlInit()
        n_gpus = nvml.nvmlDeviceGetCount()
    except nvml.NVMLError:
        return []
    driver = ask(nvml, "nvmlSystemGetDriverVersion")
    handles = [ask(nvml, "nvmlDeviceGetHandleByIndex", i) for i in range(n_gpus)]
    return [_described(nvml, handle, driver) for handle in handles if handle is not None]


def process_memory(nvml: Any, cuda: Any, index: int | None) -> Reading:
    """Read the memory of this process on a GPU as the driver counts it now, the CUDA context included."""
    try:
        nvml.nvmlInit()
        processes = nvml.nvmlDeviceGetComputeRunningProcesses(find_gpu(nvml, cuda, index))
    except nvml.NVMLError as error:
        return Reading(PROCESS, None, "unmeasured", f"NVML cannot tell: {error}")
    used = next((process.usedGpuMemory for process in processes if process.pid == os.getpid()), None)
    if used is None:
        # In a container the driver knows the process by another number.
        gpu = getattr(_properties(cuda, index), "uuid", "the GPU")
        return Reading(PROCESS, None, "unmeasured", f"NVML lists no process {os.getpid()} on {gpu}")
    return Reading(PROCESS, used)


def ask(nvml: Any, function: str, *arguments: Any) -> Any:
    """Ask NVML; None where it does not answer."""
    try:
        return getattr(nvml, function)(*arguments)
    except nvml.NVMLError:
        return None


def _described(nvml: Any, handle: Any, driver: str | None) -> Mapping[str, Any]:
    memory = ask(nvml, "nvmlDeviceGetMemoryInfo", handle)
    limit_mw = ask(nvml, "nvmlDeviceGetEnforcedPowerLimit", handle)
    return {
        "name": ask(nvml, "nvmlDeviceGetName", handle),
        "uuid": ask(nvml, "nvmlDeviceGetUUID", handle),
        "driver": driver,
        "memory_bytes": None if memory is None else memory.total,
        "power_limit_w": None if limit_mw is None else float(limit_mw) / 1e3,
    }


def _properties(cuda: Any, index: int | None) -> Any:
    return cuda.get_device_properties(cuda.current_device() if index is None else index)


def _full(uuid: Any) -> str:
    return f"GPU-{str(uuid).removeprefix('GPU-')}"
