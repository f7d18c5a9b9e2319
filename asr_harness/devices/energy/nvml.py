"""Energy of an NVIDIA GPU that PyTorch works on.

Source: NVML API reference, nvmlDeviceGetTotalEnergyConsumption (millijoules since the driver was
loaded, Volta and newer) and nvmlDeviceGetPowerUsage (milliwatts). The counter of many
boards steps about every 100 ms.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any, Literal

from asr_harness.devices.energy.nvml_state import NvmlState, call, failure
from asr_harness.devices.energy.sampled_power import SampledPower
from asr_harness.devices.instruments.nvml_gpus import find_gpu
from asr_harness.errors import MeterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from asr_harness.devices.protocols import EnergyCounter

SAMPLE_S = 0.1


def open_energy_counter(
    nvml: ModuleType | Any = None,
    cuda: Any = None,
    *,
    index: int | None = None,
    tolerate_power_cap: bool = False,
    clock: Callable[[], float] = monotonic,
) -> EnergyCounter:
    """Open the energy counter of PyTorch's GPU of that index, or sample its power where it has none.

    An `index` of None is PyTorch's current GPU.

    Raises MeterError where NVML, the GPU or either quantity cannot be read.
    """
    import pynvml

    nvml = nvml or pynvml
    _start(nvml)
    handle = _handle(nvml, cuda, index)
    gpu = str(call(nvml, "nvmlDeviceGetName", handle))
    state = NvmlState(nvml, handle, gpu=gpu, tolerate_power_cap=tolerate_power_cap)
    try:
        nvml.nvmlDeviceGetTotalEnergyConsumption(handle)
    except nvml.NVMLError as error:
        if error.value != nvml.NVML_ERROR_NOT_SUPPORTED:
            raise MeterError(
                f"{gpu}: cannot read its energy counter: {error}; {_remedy(nvml, error)}"
            ) from error
        return _sampled(nvml, handle, state, clock)
    return NvmlEnergy(nvml, handle, state)


class NvmlEnergy:
    """The GPU's own count of the energy it used."""

    source = "nvml total energy"
    label: Literal["measured"] = "measured"
    step_s = None

    def __init__(self, nvml: ModuleType | Any, handle: Any, state: NvmlState) -> None:
        self._nvml, self._handle, self._state = nvml, handle, state

    def read_j(self) -> float:
        """Joules since the driver was loaded. Raises MeterError if the GPU is gone."""
        return float(call(self._nvml, "nvmlDeviceGetTotalEnergyConsumption", self._handle)) / 1e3

    def state(self) -> Mapping[str, Any]:
        """Power limit, clocks, temperature, throttle reasons and other processes, as of now."""
        return self._state.read()

    def invalid_reason(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
        """Object to throttling and to other processes at either end."""
        return self._state.invalid_reason(before, after)


def _sampled(
    nvml: ModuleType | Any, handle: Any, state: NvmlState, clock: Callable[[], float]
) -> SampledPower:
    def read_power_w() -> float:
        return float(call(nvml, "nvmlDeviceGetPowerUsage", handle)) / 1e3

    source = "nvml power, sampled and integrated"
    return SampledPower(read_power_w, source=source, step_s=SAMPLE_S, state=state, clock=clock)


def _start(nvml: ModuleType | Any) -> None:
    try:
        nvml.nvmlInit()
    except nvml.NVMLError as error:
        raise MeterError(f"NVML does not start: {error}; {_remedy(nvml, error)}") from error


def _handle(nvml: ModuleType | Any, cuda: Any, index: int | None) -> Any:
    if cuda is None:
        import torch

        cuda = torch.cuda
    if not cuda.is_available():
        raise MeterError(
            "PyTorch sees no GPU, so none can be counted; check CUDA_VISIBLE_DEVICES and the driver"
        )
    try:
        return find_gpu(nvml, cuda, index)
    except nvml.NVMLError as error:
        raise failure("finding PyTorch's GPU", error) from error


def _remedy(nvml: ModuleType | Any, error: Any) -> str:
    if error.value == nvml.NVML_ERROR_NO_PERMISSION:
        return "ask an administrator for access to the GPU's counters (containers: capability `utility`)"
    return "install the NVIDIA driver, or run where `nvidia-smi` works"
