import pytest

from asr_harness import devices
from asr_harness.devices.cuda import Cuda
from asr_harness.devices.energy import nvml, rapl, zeus
from asr_harness.devices.energy.estimate import EstimatedEnergy
from asr_harness.errors import MeterError


def names(device: str) -> list[str]:
    return list(devices.get(device).energy_counters())


def refuse(*_: object, **__: object) -> None:
    raise MeterError("not here")


class Abacus(Cuda):
    """A device that nothing counts."""

    key = "abacus"

    def energy_counters(self, *, tolerate_power_cap: bool = False) -> dict[str, object]:
        return {}


def test_every_device_knows_its_counters_in_order() -> None:
    assert names("cpu") == ["rapl"]
    assert names("cuda") == ["nvml", "zeus"]
    assert names("mps") == ["zeus"]
    assert names("xpu") == []


def test_the_first_counter_that_can_be_read_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    counter = EstimatedEnergy(1.0)
    monkeypatch.setattr(nvml, "open_energy_counter", refuse)
    monkeypatch.setattr(zeus, "open_energy_counter", lambda _: counter)
    assert devices.get("cuda").open_energy_counter() is counter


def test_what_was_tried_is_told_where_nothing_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rapl, "open_energy_counter", refuse)
    with pytest.raises(MeterError, match="energy of cpu is unmeasured: rapl: not here"):
        devices.get("cpu").open_energy_counter()


def test_a_device_that_nothing_counts_says_where_to_add_a_counter() -> None:
    with pytest.raises(MeterError, match="asr_harness/devices/energy"):
        Abacus().open_energy_counter()


def test_what_was_not_asked_for_is_not_opened() -> None:
    with pytest.raises(MeterError, match="not asked for"):
        devices.get("cpu").open_energy_counter("off")


def test_a_capped_gpu_is_counted_by_what_can_tell_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, object] = {}
    monkeypatch.setattr(nvml, "open_energy_counter", lambda **settings: asked.update(settings))
    devices.get("cuda:1").open_energy_counter("capped")
    assert (asked["index"], asked["tolerate_power_cap"]) == (1, True)
    assert list(devices.get("cuda").energy_counters(tolerate_power_cap=True)) == ["nvml"]


def test_an_estimate_is_for_the_processor_alone() -> None:
    counter = devices.get("cpu").open_energy_counter("estimate:65")
    assert (counter.label, counter.state()["tdp_w"]) == ("estimated", 65.0)
    for name in ("cuda", "mps", "xpu"):
        with pytest.raises(MeterError, match=f"not for {name}"):
            devices.get(name).open_energy_counter("estimate:65")


def test_zeus_watches_the_gpu_that_was_named_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(nvml, "open_energy_counter", refuse)
    monkeypatch.setattr(zeus, "open_energy_counter", asked.append)
    devices.get("cuda:1").open_energy_counter()
    assert asked == [[1]]
