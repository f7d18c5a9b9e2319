"""The processor, and the host that every other device is driven from."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from asr_harness.devices.base import CounterOpeners, Device, Sizes
from asr_harness.devices.finding import HostFinding
from asr_harness.errors import UnavailableError
from asr_harness.privacy import plain_variable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asr_harness.devices.protocols import EnergyCounter
    from asr_harness.schema import Environment

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "CUDA_VISIBLE_DEVICES")
MEMORY_VARIABLES = ("GLIBC_TUNABLES", "LD_PRELOAD", "MALLOC_ARENA_MAX", "THP_MEM_ALLOC_ENABLE")
"""They choose the allocator and its pages; told where they are set, as runs from before do not name them."""
COMPARABLE_KEYS = ("cpu", "n_logical_cores", "n_threads", "variables")


class Cpu(Device):
    """All cores that PyTorch's threads run on."""

    key = "cpu"
    kind_title = "CPU"
    peak_memory_name = "peak_resident_bytes"
    quantisations = frozenset({"int8", "int8-weights", "float8-weights"})
    sizes = Sizes(
        calibration_matrix=512,
        calibration_copy_bytes=32 << 20,
        probe_matrix=1024,
        probe_copy_bytes=32 << 20,
        peak_matrix=1536,
        peak_copy_bytes=128 << 20,
    )

    def check(self) -> None:
        """Raise UnavailableError for any index but 0."""
        if self.index:
            raise UnavailableError(f"no {self.name}: all cores together are one {self.key}")

    def energy_counters(self, *, tolerate_power_cap: bool = False) -> CounterOpeners:
        """RAPL alone."""
        from asr_harness.devices.energy import rapl

        del tolerate_power_cap
        return {"rapl": rapl.open_energy_counter}

    def estimated_energy(self, tdp_w: float) -> EnergyCounter:
        """Estimate from this process's share of the processor's time."""
        from asr_harness.devices.energy.estimate import EstimatedEnergy

        return EstimatedEnergy(tdp_w)

    def findings(self) -> Iterator[HostFinding]:
        """Name the processor."""
        yield HostFinding("processor", "good", f"{processor_name()}, {psutil.cpu_count()} logical cores")

    def describe(self) -> Mapping[str, Any]:
        """Describe the processor, the host's memory and the threads."""
        import torch

        return {
            "cpu": processor_name(),
            "n_physical_cores": psutil.cpu_count(logical=False),
            "n_logical_cores": psutil.cpu_count(logical=True),
            "memory_bytes": psutil.virtual_memory().total,
            "n_threads": torch.get_num_threads(),
            "variables": _variables(),
        }

    def comparable(self, environment: Environment) -> Mapping[str, object]:
        """Read the processor, its cores and threads."""
        return {key: getattr(environment, key) for key in COMPARABLE_KEYS}


def _variables() -> dict[str, str | None]:
    told = (*THREAD_VARIABLES, *(name for name in MEMORY_VARIABLES if name in os.environ))
    return {name: plain_variable(os.environ.get(name)) for name in told}


def processor_name() -> str:
    """Name the processor as the kernel does."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


DEVICE = Cpu()
