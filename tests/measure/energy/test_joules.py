import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_harness.measure.energy.joules import EnergyTrial, relative_uncertainty, summarise
from asr_harness.schema import EnergyMeasurement


def figure(*trials: EnergyTrial, idle_power_w: float | None = 40.0) -> EnergyMeasurement:
    return summarise(trials, source="rapl", label="measured", idle_power_w=idle_power_w, step_s=0.1)


def trial(energy_j: float = 100.0, n_works: int = 10, n_ticks: int = 50, **more: object) -> EnergyTrial:
    return EnergyTrial(energy_j, 1.0, n_works, n_ticks, **more)  # type: ignore[arg-type]


def test_joules_are_those_of_one_work_averaged_over_the_trials() -> None:
    # 100 J in 10 works and 220 J in 20: 10 J and 11 J.
    assert figure(trial(100.0), trial(220.0, 20)).gross_j == pytest.approx(10.5)


def test_idling_is_taken_off_for_the_time_of_a_work() -> None:
    # 1 s for 10 works at 40 W idle: 4 J of the 10 J.
    assert figure(trial(), trial()).net_j == pytest.approx(6.0)


def test_without_an_idle_power_there_is_no_net_figure() -> None:
    assert figure(trial(), idle_power_w=None).net_j is None


def test_the_memory_counts_only_if_every_trial_has_it() -> None:
    assert figure(trial(dram_j=5.0), trial(dram_j=7.0)).dram_j == pytest.approx(0.6)
    assert figure(trial(dram_j=5.0), trial()).dram_j is None


def test_one_spoilt_trial_spoils_the_figure_and_is_named() -> None:
    spoilt = figure(trial(), trial(reason="throttled"), trial())
    assert spoilt.gross_j is None
    assert spoilt.label == "unmeasured"
    assert spoilt.reason == "trial 2 of 3: throttled"


def test_a_counter_that_counted_nothing_is_not_zero_joules() -> None:
    nothing = figure(trial(0.0), trial(0.0))
    assert nothing.gross_j is None
    assert "counted nothing" in str(nothing.reason)


def test_the_uncertainty_joins_step_and_spread() -> None:
    # Spread: s = 1, mean 11, so 1/sqrt(3)/11 = 0.052486; step: 1/(50 sqrt(6)) = 0.008165; both 0.053117.
    assert relative_uncertainty([10.0, 11.0, 12.0], 50) == pytest.approx(0.053117, abs=1e-6)


def test_equal_trials_leave_the_step() -> None:
    assert relative_uncertainty([10.0, 10.0], 50) == pytest.approx(0.008165, abs=1e-6)


def test_the_shortest_trial_gives_the_ticks() -> None:
    assert figure(trial(n_ticks=70), trial(n_ticks=51)).n_ticks == 51


@given(st.lists(st.floats(1.0, 1e6), min_size=2, max_size=6), st.integers(1, 10_000), st.floats(0.1, 100))
def test_the_uncertainty_does_not_depend_on_the_unit(
    work_j: list[float], n_ticks: int, factor: float
) -> None:
    scaled = [factor * value for value in work_j]
    expected = relative_uncertainty(work_j, n_ticks)
    assert relative_uncertainty(scaled, n_ticks) == pytest.approx(expected, rel=1e-6)
