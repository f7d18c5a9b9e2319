"""CUDA memory, read through a device and a driver that are not there."""

import os
from types import SimpleNamespace

import pytest

from asr_harness.devices.instruments import nvml_gpus
from asr_harness.devices.instruments.accelerator_memory import AcceleratorMemory
from asr_harness.devices.protocols import Reading


class FakeCuda:
    """Holds 300 and had reserved 500 bytes."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def synchronize(self, index: int | None) -> None:
        assert index is None
        self.calls.append("synchronize")

    def reset_peak_memory_stats(self, index: int | None) -> None:
        assert index is None
        self.calls.append("reset")

    def max_memory_allocated(self, index: int | None) -> int:
        assert index is None
        return 300

    def max_memory_reserved(self, index: int | None) -> int:
        assert index is None
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


def meter(cuda: FakeCuda, nvml: FakeNvml) -> AcceleratorMemory:
    def process_memory() -> tuple[Reading, ...]:
        return (nvml_gpus.process_memory(nvml, cuda, None),)

    return AcceleratorMemory(cuda, None, process_memory)


def read(nvml: FakeNvml) -> dict[str, tuple[float | None, str | None]]:
    readings = meter(FakeCuda(), nvml).read()
    return {reading.name: (reading.value, reading.reason) for reading in readings}


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
    meter(cuda, FakeNvml()).reset()
    assert cuda.calls == ["synchronize", "reset"]
