from threading import Event, get_ident

import pytest

from asr_harness.devices.energy.nvml import open_energy_counter
from asr_harness.errors import MeterError
from asr_harness.measure.energy.watching import Steps, Watch, in_background
from tests.devices.fake_nvml import FakeCuda, FakeNvml
from tests.devices.fake_power import FakeMachine, constant


@pytest.fixture
def nvml() -> FakeNvml:
    return FakeNvml(FakeMachine(constant))


def steps(nvml: FakeNvml) -> Steps:
    return Steps(open_energy_counter(nvml, FakeCuda()), nvml.machine.clock, nvml.machine.sleep)


def watch(nvml: FakeNvml) -> Watch:
    counter = open_energy_counter(nvml, FakeCuda())
    return Watch(counter, nvml.machine.clock, step_s=0.1, before=counter.state())


def test_an_edge_is_found_within_a_millisecond(nvml: FakeNvml) -> None:
    nvml.machine.sleep(0.037)
    _, time_s = steps(nvml).edge()
    assert time_s == pytest.approx(0.1, abs=0.0011)


def test_the_step_is_the_time_from_edge_to_edge(nvml: FakeNvml) -> None:
    assert steps(nvml).step_s() == pytest.approx(0.1)


def test_waiting_for_a_counter_that_stands_ends_with_an_error(nvml: FakeNvml) -> None:
    nvml.stalled_s = (0.0, 1e9)
    with pytest.raises(MeterError, match="no step in 5 s"):
        steps(nvml).edge()
    assert nvml.machine.clock() < 6


def test_a_late_look_is_not_taken_for_a_stall(nvml: FakeNvml) -> None:
    observer = watch(nvml)
    observer.poll()
    nvml.machine.work_for(3.0)()
    observer.poll()
    assert observer.reason is None


def test_what_was_seen_first_stays(nvml: FakeNvml) -> None:
    observer = watch(nvml)
    nvml.throttled_s = (0.0, 1.0)
    observer.poll()
    nvml.machine.sleep(2.0)
    observer.poll()
    assert "throttled" in str(observer.reason)


def test_the_background_looks_from_its_own_thread_and_ends_with_the_body() -> None:
    looked = Event()
    threads: set[int] = set()

    def look() -> None:
        threads.add(get_ident())
        looked.set()

    with in_background(look):
        assert looked.wait(60)
    assert get_ident() not in threads
    looked.clear()
    assert not looked.wait(0.1)
