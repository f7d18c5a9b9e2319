"""What NVML and `torch.cuda` show of a fake machine; errors and constants are the real module's."""

import os
from types import SimpleNamespace
from typing import Any

import pynvml

from tests.devices.fake_power import FakeMachine

UUID = "01234567-89ab-cdef-0123-456789abcdef"


class FakeNvml:
    """The functions that the meter calls; trouble is set by time, in seconds on the machine's clock."""

    NVMLError = pynvml.NVMLError
    NVML_ERROR_NOT_SUPPORTED = pynvml.NVML_ERROR_NOT_SUPPORTED
    NVML_ERROR_NO_PERMISSION = pynvml.NVML_ERROR_NO_PERMISSION
    NVML_CLOCK_SM = pynvml.NVML_CLOCK_SM
    NVML_CLOCK_MEM = pynvml.NVML_CLOCK_MEM
    NVML_TEMPERATURE_GPU = pynvml.NVML_TEMPERATURE_GPU

    def __init__(self, machine: FakeMachine) -> None:
        self.machine = machine
        self.has_counter = True
        self.start_error: int | None = None
        self.counter_error: int | None = None
        self.bits = pynvml.nvmlClocksEventReasonGpuIdle
        self.throttled_s: tuple[float, float] | None = None
        self.stalled_s: tuple[float, float] | None = None
        self.vanishes_s = float("inf")
        self.pids = [os.getpid()]
        self.has_event_reasons = True
        self._stalled_at_j = 0.0
        self.asked_for: list[str] = []

    def nvmlInit(self) -> None:  # noqa: N802
        if self.start_error is not None:
            raise pynvml.NVMLError(self.start_error)

    def nvmlDeviceGetHandleByUUID(self, uuid: str) -> str:  # noqa: N802
        self.asked_for.append(uuid)
        if uuid != f"GPU-{UUID}":
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_FOUND)
        return uuid

    def nvmlDeviceGetHandleByPciBusId(self, address: str) -> str:  # noqa: N802
        self.asked_for.append(address)
        return address

    def nvmlDeviceGetName(self, _: str) -> str:  # noqa: N802
        return "Fake GPU"

    def nvmlDeviceGetTotalEnergyConsumption(self, _: str) -> int:  # noqa: N802
        self._check_presence()
        if not self.has_counter:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        if self.counter_error is not None:
            raise pynvml.NVMLError(self.counter_error)
        if not self._within(self.stalled_s):
            self._stalled_at_j = self.machine.counted_j
        return round(self._stalled_at_j * 1000)

    def nvmlDeviceGetPowerUsage(self, _: str) -> int:  # noqa: N802
        self._check_presence()
        return round(self.machine.power_now_w * 1000)

    def nvmlDeviceGetEnforcedPowerLimit(self, _: str) -> int:  # noqa: N802
        return 300_000

    def nvmlDeviceGetClockInfo(self, _: str, kind: int) -> int:  # noqa: N802
        return 1500 if kind == pynvml.NVML_CLOCK_SM else 5000

    def nvmlDeviceGetTemperature(self, _: str, sensor: int) -> int:  # noqa: N802
        assert sensor == pynvml.NVML_TEMPERATURE_GPU
        return 55

    def nvmlDeviceGetCurrentClocksEventReasons(self, handle: str) -> int:  # noqa: N802
        if not self.has_event_reasons:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_FUNCTION_NOT_FOUND)
        return self.nvmlDeviceGetCurrentClocksThrottleReasons(handle)

    def nvmlDeviceGetCurrentClocksThrottleReasons(self, _: str) -> int:  # noqa: N802
        slowed = self._within(self.throttled_s)
        return self.bits | (pynvml.nvmlClocksEventReasonSwThermalSlowdown if slowed else 0)

    def nvmlDeviceGetComputeRunningProcesses(self, _: str) -> list[Any]:  # noqa: N802
        return [SimpleNamespace(pid=pid, usedGpuMemory=1) for pid in self.pids]

    def _within(self, stretch_s: tuple[float, float] | None) -> bool:
        return stretch_s is not None and stretch_s[0] <= self.machine.clock() < stretch_s[1]

    def _check_presence(self) -> None:
        if self.machine.clock() >= self.vanishes_s:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_GPU_IS_LOST)


class FakeCuda:
    """PyTorch's second visible GPU, which is NVML's only one of that UUID."""

    def __init__(self, **properties: Any) -> None:
        self.properties = properties or {"uuid": UUID}
        self.available = True

    def is_available(self) -> bool:
        return self.available

    def current_device(self) -> int:
        return 1

    def get_device_properties(self, index: int) -> SimpleNamespace:
        assert index == 1
        return SimpleNamespace(**self.properties)
