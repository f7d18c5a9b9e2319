"""An Intel GPU, through a `torch.xpu` that is not there."""

import pytest
import torch

from asr_harness import devices
from asr_harness.errors import UnavailableError
from asr_harness.schema import Environment, Gpu
from asr_harness.schema.part import load
from tests.devices.fake_backend import FakeBackend


@pytest.fixture
def xpu(monkeypatch: pytest.MonkeyPatch) -> FakeBackend:
    backend = FakeBackend()
    monkeypatch.setattr(torch, "xpu", backend)
    return backend


def test_stages_are_timed_by_its_events(xpu: FakeBackend) -> None:
    clock = devices.get("xpu:1").clock()
    clock.start()
    with clock.stage("decode"):
        xpu.now_ms += 40
        with clock.stage("encode"):
            xpu.now_ms += 10
    _, stage_s = clock.stop()
    assert stage_s == {"preprocess": 0.0, "encode": pytest.approx(0.01), "decode": pytest.approx(0.04)}
    assert ("record", "stream of 1") in xpu.calls


@pytest.mark.usefixtures("xpu")
def test_memory_is_what_its_allocator_gave_out_and_held() -> None:
    _, memory = devices.get("xpu:1").memory_meters()
    memory.reset()
    found = {reading.name: reading.value for reading in memory.read()}
    assert found == {"peak_allocated_bytes": 600, "peak_reserved_bytes": 1000}
    assert devices.get("xpu").available_memory_bytes() == 1000


def test_where_the_driver_cannot_tell_what_is_free_it_is_all_but_what_the_process_holds(
    xpu: FakeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int | None) -> None:
        raise RuntimeError("The device doesn't support querying the available free memory.")

    monkeypatch.setattr(xpu, "mem_get_info", refuse)
    # 9000 in all, of which GPU 1 has 400 reserved.
    assert devices.get("xpu:1").available_memory_bytes() == 8600


@pytest.mark.usefixtures("xpu")
def test_its_gpus_are_described_and_have_to_be_alike() -> None:
    described = load(Environment, devices.get("xpu").describe(), "the environment")
    assert described.accelerators["xpu"][1] == Gpu("GPU number 1", driver="1.2", memory_bytes=9000)
    assert devices.comparable("xpu", described)["intel gpu name"] == ["GPU number 0", "GPU number 1"]


def test_a_machine_without_one_says_so_and_describes_nothing(xpu: FakeBackend) -> None:
    xpu.n_gpus = 0
    assert devices.get("xpu").describe() == {}
    assert list(devices.get("xpu").findings()) == []
    with pytest.raises(UnavailableError, match="sees no Intel GPU"):
        devices.get("xpu").check()


@pytest.mark.usefixtures("xpu")
def test_a_gpu_beyond_the_last_is_unavailable() -> None:
    with pytest.raises(UnavailableError, match="no xpu:2: PyTorch sees GPUs 0 to 1"):
        devices.get("xpu:2").check()
