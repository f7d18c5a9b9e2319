"""NVIDIA GPUs through CUDA, and AMD's where PyTorch is built for ROCm, which it calls by the same name."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any

from asr_harness.devices.accelerator import Accelerator
from asr_harness.devices.base import CounterOpeners, Sizes
from asr_harness.devices.finding import HostFinding
from asr_harness.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asr_harness.devices.protocols import Reading
    from asr_harness.schema import Environment

GPU_KEYS = ("name", "power_limit_w")


class Cuda(Accelerator):
    """One GPU."""

    key = "cuda"
    kind_title = "GPU"
    quantisations = frozenset({"int8", "int8-weights", "float8", "float8-weights", "int4-weights"})
    sizes = Sizes(
        calibration_matrix=4096,
        calibration_copy_bytes=512 << 20,
        probe_matrix=8192,
        probe_copy_bytes=1 << 30,
        peak_matrix=8192,
        peak_copy_bytes=2 << 30,
    )

    @property
    def backend(self) -> Any:
        """PyTorch's module for it."""
        import torch

        return torch.cuda

    def check(self) -> None:
        """Raise UnavailableError where PyTorch sees no such GPU."""
        import torch

        if not torch.cuda.is_available():
            built = torch.version.cuda
            why = f"built for CUDA {built}, but sees no GPU" if built else "built without CUDA"
            raise UnavailableError(f"no {self.key} device: torch {torch.__version__} is {why}")
        if self.index is not None and self.index >= torch.cuda.device_count():
            raise UnavailableError(f"no {self.name}: PyTorch sees GPUs 0 to {torch.cuda.device_count() - 1}")

    @property
    def lock_name(self) -> str:
        """Name the GPU by what the driver calls it, whatever CUDA_VISIBLE_DEVICES lets a process see."""
        import pynvml

        from asr_harness.devices.instruments import nvml_gpus

        place = self.index or 0
        visible = [
            one.strip() for one in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if one.strip()
        ]
        entry = visible[place] if place < len(visible) else str(place)
        gpus = nvml_gpus.describe(pynvml) if entry.isdecimal() else []
        uuid = gpus[int(entry)]["uuid"] if gpus and int(entry) < len(gpus) else None
        return f"{self.key}-{uuid or entry}"

    def process_memory(self) -> tuple[Reading, ...]:
        """Read what the driver counts for this process, the CUDA context included."""
        import pynvml

        from asr_harness.devices.instruments import nvml_gpus

        return (nvml_gpus.process_memory(pynvml, self.backend, self.index),)

    def energy_counters(self, *, tolerate_power_cap: bool = False) -> CounterOpeners:
        """The GPU's own counter; else Zeus, which knows AMD's GPUs and nothing of power caps."""
        from asr_harness.devices.energy import nvml, zeus

        count = partial(
            nvml.open_energy_counter,
            cuda=self.backend,
            index=self.index,
            tolerate_power_cap=tolerate_power_cap,
        )
        if tolerate_power_cap:
            return {"nvml": count}
        return {"nvml": count, "zeus": lambda: zeus.open_energy_counter(self._zeus_indices())}

    def _zeus_indices(self) -> list[int] | None:
        """Only the GPU at work counts; a SoC, as in Jetson's machines, is watched whole."""
        import torch

        if self.index is not None:
            return [self.index]
        return [torch.cuda.current_device()] if torch.version.hip and torch.cuda.is_available() else None

    def findings(self) -> Iterator[HostFinding]:
        """List the GPUs that the driver shows, and whether PyTorch can use them."""
        import pynvml
        import torch

        from asr_harness.devices.instruments import nvml_gpus

        gpus = nvml_gpus.describe(pynvml)
        for gpu in gpus:
            name = gpu["name"] or "unnamed"
            if torch.cuda.is_available():
                yield HostFinding("GPU", "good", f"{name}, driver {gpu['driver'] or 'unknown'}")
            else:
                cannot = f"{name}, and torch {torch.__version__} cannot use it"
                yield HostFinding("GPU", "warn", cannot, "install a CUDA build of torch")
        if not gpus:
            yield HostFinding("GPU", "missing", "NVML shows none", f"cases on {self.key} will be unavailable")

    def describe(self) -> Mapping[str, Any]:
        """Describe CUDA, and every NVIDIA GPU that the driver shows; none where there is no driver."""
        import pynvml
        import torch

        from asr_harness.devices.instruments import nvml_gpus

        return {"cuda": torch.version.cuda, "cudnn": _cudnn_version(), "gpus": nvml_gpus.describe(pynvml)}

    def state(self) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        """Add the GPU's power limit, clocks, temperature, throttling and other processes."""
        import pynvml

        from asr_harness.devices.energy.nvml_state import read_state

        host, reasons = super().state()
        gpu, gpu_reasons = read_state(pynvml, self.backend, self.index)
        return {**host, **gpu}, {**reasons, **gpu_reasons}

    def comparable(self, environment: Environment) -> Mapping[str, object]:
        """Read the names and power limits of all GPUs."""
        return {f"gpu {key}": [getattr(gpu, key) for gpu in environment.gpus] for key in GPU_KEYS}


def _cudnn_version() -> int | None:
    import torch

    try:
        version: int | None = torch.backends.cudnn.version()  # type: ignore[no-untyped-call]
    except RuntimeError:
        # A library found at run time that PyTorch was not built for.
        return None
    return version


DEVICE = Cuda()
