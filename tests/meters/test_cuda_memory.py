"""CUDA memory, read through a device and a driver that are not there."""

import os
from types import SimpleNamespace

import pytest

from asr_harness.meters.cuda_memory import CudaMemory


class FakeCuda:
    """Holds 300 and had reserved 500 bytes."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def synchronize(self) -> None:
        self.calls.append("synchronize")

    def reset_peak_memory_stats(self) -> None:
        self.calls.append("reset")

    def max_memory_allocated(self) -> int:
        return 300

    def max_memory_reserved(self) -> int:
        return 500

    def current_device(self) -> int:
        return 1

    def get_device_properties(self, index: int) -> SimpleNamespace:
        return SimpleNamespace(uuid=f"uuid-of-{index}")


class FakeNvml:
    """Knows the processes of one GPU."""

    class NVMLError(Exception):
        """As the driver raises it."""

    def __init__(self, *processes: SimpleNamespace) -> None:
        self.processes = processes

    def nvmlInit(self) -> None:  # noqa: N802
        pass

    def nvmlDeviceGetHandleByUUID(self, uuid: str) -> str:  # noqa: N802
        if uuid != "GPU-uuid-of-1":
            raise self.NVMLError("Not Found")
        return uuid

    def nvmlDeviceGetComputeRunningProcesses(self, _: str) -> tuple[SimpleNamespace, ...]:  # noqa: N802
        return self.processes


def read(nvml: FakeNvml) -> dict[str, tuple[float | None, str | None]]:
    return {reading.name: (reading.value, reading.reason) for reading in CudaMemory(FakeCuda(), nvml).read()}


def test_peaks_are_those_of_the_allocator() -> None:
    readings = read(FakeNvml())
    assert readings["peak_allocated_bytes"] == (300, None)
    assert readings["peak_reserved_bytes"] == (500, None)


def test_the_process_is_looked_up_on_the_gpu_that_works() -> None:
    ours = SimpleNamespace(pid=os.getpid(), usedGpuMemory=900)
    other = SimpleNamespace(pid=os.getpid() + 1, usedGpuMemory=7)
    assert read(FakeNvml(other, ours))["process_device_bytes"] == (900, None)


def test_a_process_that_the_driver_does_not_list_is_unmeasured_with_the_reason() -> None:
    value, reason = read(FakeNvml())["process_device_bytes"]
    assert value is None
    assert "NVML lists no process" in (reason or "")


def test_a_driver_that_fails_is_unmeasured_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeCuda, "current_device", lambda _: 0)
    value, reason = read(FakeNvml())["process_device_bytes"]
    assert value is None
    assert reason == "NVML cannot tell: Not Found"


def test_resetting_waits_for_the_device_first() -> None:
    cuda = FakeCuda()
    CudaMemory(cuda, FakeNvml()).reset()
    assert cuda.calls == ["synchronize", "reset"]
