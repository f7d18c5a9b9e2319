"""The second GPU is measured by itself: stream, memory, counter; on a machine that is not there."""

import os
from types import SimpleNamespace
from typing import Any

import pynvml
import pytest
import torch

from asr_harness import devices
from asr_harness.errors import MeterError, UnavailableError
from tests.devices.fake_backend import UUIDS, FakeBackend


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> FakeBackend:
    backend = FakeBackend()
    monkeypatch.setattr(torch, "cuda", backend)
    return backend


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The handles that NVML was asked for; the handle of a GPU is its uuid."""
    asked: list[str] = []

    def handle(uuid: str) -> str:
        asked.append(uuid)
        return uuid

    def processes(gpu: str) -> list[Any]:
        return [SimpleNamespace(pid=os.getpid(), usedGpuMemory=int(gpu[4]) * 100 + 7)]

    monkeypatch.setattr(pynvml, "nvmlInit", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByUUID", handle)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetName", lambda gpu: f"fake {gpu}")
    monkeypatch.setattr(pynvml, "nvmlDeviceGetTotalEnergyConsumption", lambda gpu: int(gpu[4]) * 5000)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetComputeRunningProcesses", processes)
    return asked


def test_stages_are_timed_by_events_on_the_stream_of_the_named_gpu(cuda: FakeBackend) -> None:
    clock = devices.get("cuda:1").clock()
    clock.start()
    with clock.stage("encode"):
        cuda.now_ms += 250
    _, stage_s = clock.stop()
    assert stage_s["encode"] == pytest.approx(0.25)
    at_stream, waiting = ("record", "stream of 1"), ("synchronize", 1)
    assert cuda.calls == [waiting, at_stream, at_stream, waiting]


def test_without_an_index_it_is_the_current_gpu(cuda: FakeBackend) -> None:
    devices.get("cuda").synchronise()
    assert cuda.calls == [("synchronize", 0)]


@pytest.mark.usefixtures("asked_for")
def test_memory_is_that_of_the_named_gpu(cuda: FakeBackend) -> None:
    resident, memory = devices.get("cuda:1").memory_meters()
    memory.reset()
    assert cuda.calls == [("synchronize", 1), ("reset", 1)]
    found = {reading.name: reading.value for reading in memory.read()}
    assert found == {"peak_allocated_bytes": 600, "peak_reserved_bytes": 1000, "process_device_bytes": 107}
    assert resident.read()[0].name == "peak_resident_bytes"
    assert devices.get("cuda:1").available_memory_bytes() == 2000


@pytest.mark.usefixtures("cuda")
def test_energy_is_that_of_the_named_gpu_found_by_its_uuid(asked_for: list[str]) -> None:
    counter = devices.get("cuda:1").open_energy_counter()
    assert asked_for == [f"GPU-{UUIDS[1]}"]
    assert (counter.source, counter.read_j()) == ("nvml total energy", 5.0)


@pytest.mark.usefixtures("cuda")
def test_a_gpu_that_its_driver_does_not_know_has_no_energy(
    asked_for: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(_: str) -> None:
        raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_FOUND)

    monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByUUID", unknown)
    monkeypatch.setitem(__import__("sys").modules, "zeus.monitor", None)
    with pytest.raises(MeterError, match=r"cuda:1 is unmeasured: nvml: finding PyTorch's GPU failed"):
        devices.get("cuda:1").open_energy_counter()


def test_a_gpu_beyond_the_last_is_unavailable(cuda: FakeBackend) -> None:
    devices.get("cuda:1").check()
    with pytest.raises(UnavailableError, match="no cuda:2: PyTorch sees GPUs 0 to 1"):
        devices.get("cuda:2").check()
    cuda.n_gpus = 0
    with pytest.raises(UnavailableError, match="no cuda device: torch"):
        devices.get("cuda").check()


def test_work_runs_on_the_named_gpu_and_is_waited_for(
    cuda: FakeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def ones(*size: int, device: str, dtype: torch.dtype = torch.float32) -> torch.Tensor:
        made.append(device)
        return torch.full((8,) * len(size), 1.0, dtype=dtype)

    monkeypatch.setattr(torch, "ones", ones)
    devices.get("cuda:1").probe_speed()
    assert set(made) == {"cuda:1"}
    assert set(cuda.calls) == {("synchronize", 1)}


def test_freed_memory_goes_back_to_the_driver(cuda: FakeBackend) -> None:
    devices.get("cuda:1").free_memory()
    assert ("empty_cache", None) in cuda.calls
