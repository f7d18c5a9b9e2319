from types import SimpleNamespace
from typing import Any

import pytest

from asr_harness.devices.energy.zeus import open_energy_counter
from asr_harness.errors import MeterError


class FakeMonitor:
    def __init__(self, **window: Any) -> None:
        self.window = SimpleNamespace(**window)

    def begin_window(self, _: str, *, sync_execution: bool) -> None:
        assert not sync_execution

    def end_window(self, _: str, *, sync_execution: bool) -> SimpleNamespace:
        assert not sync_execution
        return self.window


def test_windows_of_one_gpu_are_added_up() -> None:
    counter = open_energy_counter(monitor=FakeMonitor(gpu_energy={0: 2.5}))
    assert [counter.read_j(), counter.read_j()] == [2.5, 5.0]


@pytest.mark.parametrize("name", ["gpu_mj", "gpu_energy_mj"])
def test_a_soc_gives_the_joules_of_its_gpu(name: str) -> None:
    soc = SimpleNamespace(**{name: 1500})
    assert open_energy_counter(monitor=FakeMonitor(gpu_energy={}, soc_energy=soc)).read_j() == 1.5


def test_several_gpus_are_refused() -> None:
    counter = open_energy_counter(monitor=FakeMonitor(gpu_energy={0: 1.0, 1: 1.0}))
    with pytest.raises(MeterError, match="only one visible"):
        counter.read_j()


def test_nothing_to_count_is_an_error_not_zero() -> None:
    counter = open_energy_counter(monitor=FakeMonitor(gpu_energy={}, soc_energy=None))
    with pytest.raises(MeterError, match="no GPU energy"):
        counter.read_j()


def test_a_missing_zeus_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "zeus.monitor", None)
    with pytest.raises(MeterError, match="pip install zeus"):
        open_energy_counter()
