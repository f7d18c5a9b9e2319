"""Apple's GPU, through a `torch.mps` that is not there."""

import pytest
import torch

from asr_harness import devices
from asr_harness.devices.energy import zeus
from asr_harness.devices.energy.estimate import EstimatedEnergy
from asr_harness.devices.instruments import process_memory
from asr_harness.devices.instruments.clock import HostClock
from asr_harness.errors import UnavailableError
from asr_harness.schema import Environment, Gpu
from asr_harness.schema.part import load
from tests.devices.fake_backend import FakeEvent


class FakeMps:
    """One device with one stream; its pool took 700 bytes from Metal."""

    __name__ = "torch.mps"

    def __init__(self) -> None:
        self.now_ms = 0.0
        self.calls: list[tuple[str, object]] = []
        self.Event = lambda *, enable_timing: FakeEvent(self, enable_timing)

    def synchronize(self) -> None:
        self.calls.append(("synchronize", None))

    def empty_cache(self) -> None:
        self.calls.append(("empty_cache", None))

    def driver_allocated_memory(self) -> int:
        return 700

    def recommended_max_memory(self) -> int:
        return 1000


@pytest.fixture
def mps(monkeypatch: pytest.MonkeyPatch) -> FakeMps:
    backend = FakeMps()
    monkeypatch.setattr(torch, "mps", backend)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    return backend


def test_stages_are_timed_by_its_events(mps: FakeMps) -> None:
    clock = devices.get("mps").clock()
    clock.start()
    with clock.stage("encode"):
        mps.now_ms += 30
    _, stage_s = clock.stop()
    assert stage_s["encode"] == pytest.approx(0.03)
    assert [name for name, _ in mps.calls] == ["synchronize", "record", "record", "synchronize"]


def test_where_it_has_no_events_the_host_times_and_waits_for_it(mps: FakeMps) -> None:
    del mps.Event
    clock = devices.get("mps").clock()
    assert isinstance(clock, HostClock)
    clock.start()
    clock.stop()
    assert mps.calls == [("synchronize", None)] * 2


def test_memory_is_what_its_pool_took_since_it_was_emptied(mps: FakeMps) -> None:
    _, memory = devices.get("mps").memory_meters()
    memory.reset()
    assert mps.calls == [("synchronize", None), ("empty_cache", None)]
    allocated, reserved = memory.read()
    assert (reserved.name, reserved.value) == ("peak_reserved_bytes", 700)
    assert (allocated.name, allocated.value, allocated.label) == ("peak_allocated_bytes", None, "unmeasured")
    assert "torch.mps keeps no peak" in str(allocated.reason)


@pytest.mark.usefixtures("mps")
@pytest.mark.parametrize(("on_the_host", "available"), [(5000, 300), (200, 200)])
def test_what_it_can_use_is_its_share_and_no_more_than_the_host_has(
    on_the_host: int, available: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_memory, "available_bytes", lambda: on_the_host)
    assert devices.get("mps").available_memory_bytes() == available


@pytest.mark.usefixtures("mps")
def test_its_energy_is_watched_by_zeus_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    counter = EstimatedEnergy(1.0)
    monkeypatch.setattr(zeus, "open_energy_counter", lambda: counter)
    assert devices.get("mps").open_energy_counter() is counter


@pytest.mark.usefixtures("mps")
def test_chips_are_told_apart_by_the_memory_of_their_gpu() -> None:
    described = load(Environment, devices.get("mps").describe(), "the environment")
    assert described.accelerators == {"mps": (Gpu("Apple GPU", memory_bytes=1000),)}
    assert devices.comparable("mps", described)["apple gpu memory_bytes"] == [1000]


@pytest.mark.usefixtures("mps")
def test_there_is_only_one() -> None:
    devices.get("mps:0").check()
    with pytest.raises(UnavailableError, match="no mps:1"):
        devices.get("mps:1").check()


def test_a_machine_without_one_says_so_and_describes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert devices.get("mps").describe() == {}
    assert list(devices.get("mps").findings()) == []
    with pytest.raises(UnavailableError, match="no mps device"):
        devices.get("mps").check()


def test_freed_memory_goes_back_to_the_driver(mps: FakeMps) -> None:
    devices.get("mps").free_memory()
    assert ("empty_cache", None) in mps.calls
