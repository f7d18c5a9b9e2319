"""What bears on a GPU's energy: its limits, clocks and temperature, and who else computes on it.

Source: NVML API reference, nvmlClocksEventReasons (called nvmlClocksThrottleReasons before driver 535).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import psutil

from asr_harness.devices.instruments.nvml_gpus import ask, find_gpu
from asr_harness.errors import MeterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import ModuleType

POWER_CAP = "software power cap"
THROTTLE_BITS = {
    0x04: POWER_CAP,
    0x08: "hardware slowdown",
    0x10: "sync boost",
    0x20: "software thermal slowdown",
    0x40: "hardware thermal slowdown",
    0x80: "hardware power brake",
}
"""The reasons that slow a GPU at work; idling and clocks that somebody set are not among them."""


def call(nvml: ModuleType | Any, function: str, *arguments: Any) -> Any:
    """Call NVML. Raises MeterError with what NVML says and the way out."""
    try:
        return getattr(nvml, function)(*arguments)
    except nvml.NVMLError as error:
        raise failure(function, error) from error


def failure(what: str, error: Exception) -> MeterError:
    """Say what failed, why, and the way out."""
    return MeterError(f"{what} failed: {error}; check the GPU with nvidia-smi and the kernel's log")


class NvmlState:
    """Reads the state of one GPU; what it cannot tell is None.

    A GPU at its power cap runs slower than its clocks promise; `tolerate_power_cap` accepts that, for boards
    such as the T4 that reach the cap under any full load.
    """

    def __init__(
        self,
        nvml: ModuleType | Any,
        handle: Any,
        *,
        gpu: str,
        tolerate_power_cap: bool = False,
        pid_exists: Callable[[int], bool] = psutil.pid_exists,
    ) -> None:
        self._nvml, self._handle, self._gpu = nvml, handle, gpu
        self._tolerated = {POWER_CAP} if tolerate_power_cap else set()
        self._pid_exists = pid_exists

    def read(self) -> Mapping[str, Any]:
        """Describe the GPU now."""
        nvml = self._nvml
        limit_mw = self._ask("nvmlDeviceGetEnforcedPowerLimit")
        return {
            "gpu": self._gpu,
            "power_limit_w": None if limit_mw is None else limit_mw / 1e3,
            "sm_clock_mhz": self._ask("nvmlDeviceGetClockInfo", nvml.NVML_CLOCK_SM),
            "memory_clock_mhz": self._ask("nvmlDeviceGetClockInfo", nvml.NVML_CLOCK_MEM),
            "temperature_c": self._ask("nvmlDeviceGetTemperature", nvml.NVML_TEMPERATURE_GPU),
            "throttle_reasons": self._throttle_reasons(),
            "foreign_pids": self._foreign_pids(),
        }

    def invalid_reason(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
        """Object to throttling, and to others computing, in either state."""
        throttled = _union(before, after, "throttle_reasons") - self._tolerated
        if throttled:
            return f"{self._gpu} was throttled ({', '.join(sorted(throttled))}); cool it or lower its clocks"
        foreign = _union(before, after, "foreign_pids")
        if foreign:
            pids = ", ".join(map(str, sorted(foreign)))
            return f"another process computes on {self._gpu} (pid {pids}); end it or choose another GPU"
        return None

    def _ask(self, function: str, *arguments: Any) -> Any:
        return ask(self._nvml, function, self._handle, *arguments)

    def _throttle_reasons(self) -> list[str] | None:
        bits = self._ask("nvmlDeviceGetCurrentClocksEventReasons")
        if bits is None:
            bits = self._ask("nvmlDeviceGetCurrentClocksThrottleReasons")
        return None if bits is None else [name for bit, name in THROTTLE_BITS.items() if bits & bit]

    def _foreign_pids(self) -> list[int] | None:
        processes = self._ask("nvmlDeviceGetComputeRunningProcesses")
        return None if processes is None else self._foreign([process.pid for process in processes])

    def _foreign(self, pids: Sequence[int]) -> list[int]:
        """Tell others from this process, which the driver of a container's host knows by another number."""
        others = [pid for pid in pids if pid != os.getpid()]
        visible = [pid for pid in others if self._pid_exists(pid)]
        outside = [pid for pid in others if pid not in visible]
        listed = len(others) < len(pids)
        return visible + (outside if listed else outside[1:])


def read_state(nvml: Any, cuda: Any, index: int | None) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """Describe a GPU now, and give a reason for each value that is None; raises nothing.

    Its temperature is `gpu_temperature_c`, beside the host's.
    """
    try:
        nvml.nvmlInit()
        state = {**NvmlState(nvml, find_gpu(nvml, cuda, index), gpu="the GPU").read()}
    except (nvml.NVMLError, RuntimeError, AttributeError) as error:
        return {"gpu": None}, {"gpu": f"NVML cannot tell: {error}"}
    state["gpu_temperature_c"] = state.pop("temperature_c")
    return state, {name: "the driver does not tell" for name, value in state.items() if value is None}


def _union(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> set[Any]:
    return {*(before[name] or ()), *(after[name] or ())}
