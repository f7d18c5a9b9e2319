import pytest

from asr_harness.errors import MeterError
from asr_harness.meters import energy_counters, nvml, rapl
from asr_harness.meters.energy_counters import counters, open_counter
from asr_harness.meters.estimate import EstimatedEnergy


def names(device: str) -> list[str]:
    return [module.__name__.rpartition(".")[2] for module in counters(device)]


def refuse(_: str) -> None:
    raise MeterError("not here")


def test_counters_are_found_by_their_files() -> None:
    assert names("cpu") == ["rapl"]
    assert names("cuda") == ["nvml", "zeus"]
    assert names("mps") == ["zeus"]


def test_the_first_counter_that_can_be_read_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    counter = EstimatedEnergy(1.0)
    monkeypatch.setattr(energy_counters, "counters", lambda _: [nvml, rapl])
    monkeypatch.setattr(nvml, "open_energy_counter", refuse)
    monkeypatch.setattr(rapl, "open_energy_counter", lambda _: counter)
    assert open_counter("cuda") is counter


def test_what_was_tried_is_told_where_nothing_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rapl, "open_energy_counter", refuse)
    with pytest.raises(MeterError, match="energy of cpu is unmeasured: rapl: not here"):
        open_counter("cpu")


def test_a_device_that_nothing_counts_says_where_to_add_a_counter() -> None:
    with pytest.raises(MeterError, match="asr_harness/meters"):
        open_counter("abacus")
