import pytest

from asr_harness.devices.energy.estimate import EstimatedEnergy
from asr_harness.errors import MeterError


def test_an_estimate_is_utilisation_times_the_stated_tdp() -> None:
    # 3 s of processor time on 4 cores: 0.75 s of the whole processor at 80 W.
    assert EstimatedEnergy(80.0, n_cores=4, cpu_time_s=lambda: 3.0).read_j() == pytest.approx(60.0)


def test_an_estimate_is_labelled_so_and_names_its_tdp() -> None:
    counter = EstimatedEnergy(65.0)
    assert counter.label == "estimated"
    assert "65 W" in counter.source


def test_an_estimate_follows_this_process() -> None:
    counter = EstimatedEnergy(65.0)
    before_j = counter.read_j()
    assert counter.read_j() >= before_j > 0


@pytest.mark.parametrize("tdp_w", [0.0, -1.0, float("nan")])
def test_a_tdp_that_is_none_is_refused(tdp_w: float) -> None:
    with pytest.raises(MeterError, match="TDP"):
        EstimatedEnergy(tdp_w)
