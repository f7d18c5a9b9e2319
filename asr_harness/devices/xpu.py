"""Intel GPUs. Source: PyTorch, `torch.xpu`, which follows `torch.cuda`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness.devices.accelerator import Accelerator
from asr_harness.devices.base import Sizes
from asr_harness.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.schema import Environment

PROPERTIES = {"name": "name", "driver": "driver_version", "memory_bytes": "total_memory"}
COMPARABLE_KEYS = ("name", "driver")


class Xpu(Accelerator):
    """One GPU."""

    key = "xpu"
    kind_title = "Intel GPU"
    sizes = Sizes(
        calibration_matrix=4096,
        calibration_copy_bytes=512 << 20,
        probe_matrix=4096,
        probe_copy_bytes=512 << 20,
        peak_matrix=8192,
        peak_copy_bytes=1 << 30,
    )

    @property
    def backend(self) -> Any:
        """PyTorch's module for it."""
        import torch

        return torch.xpu

    def check(self) -> None:
        """Raise UnavailableError where PyTorch sees no such GPU."""
        import torch

        if not self.backend.is_available():
            raise UnavailableError(f"no {self.key} device: torch {torch.__version__} sees no Intel GPU")
        n_gpus = self.backend.device_count()
        if self.index is not None and self.index >= n_gpus:
            raise UnavailableError(f"no {self.name}: PyTorch sees GPUs 0 to {n_gpus - 1}")

    def available_memory_bytes(self) -> int:
        """Memory that is free on the device; what this process left of it, where the driver cannot tell."""
        try:
            return super().available_memory_bytes()
        except RuntimeError:
            # Integrated GPUs have no such query, and torch.xpu.mem_get_info raises.
            index = self.backend.current_device() if self.index is None else self.index
            total = self.backend.get_device_properties(index).total_memory
            return int(total) - int(self.backend.memory_reserved(index))

    def describe(self) -> Mapping[str, Any]:
        """Describe every GPU that PyTorch sees; nothing where there is none."""
        backend = self.backend
        if not backend.is_available():
            return {}
        properties = [backend.get_device_properties(i) for i in range(backend.device_count())]
        gpus = [{key: getattr(gpu, name, None) for key, name in PROPERTIES.items()} for gpu in properties]
        return {"accelerators": {self.key: gpus}}

    def comparable(self, environment: Environment) -> Mapping[str, object]:
        """Read the names and drivers of all GPUs."""
        gpus = environment.accelerators.get(self.key, ())
        return {f"intel gpu {key}": [getattr(gpu, key) for gpu in gpus] for key in COMPARABLE_KEYS}


DEVICE = Xpu()
