"""Statistics against published tables and by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_harness.stats import smallest_effect, standard_deviation


@pytest.mark.parametrize(("n_runs", "effect"), [(393, 0.20), (64, 0.50), (26, 0.80), (17, 1.00)])
def test_the_smallest_effect_is_cohens(n_runs: int, effect: float) -> None:
    # Cohen (1988), table 2.4.1: n a side for power 0.80 at two-sided 5 %.
    assert smallest_effect(1.0, n_runs, alpha=0.05, power=0.80) == pytest.approx(effect, abs=0.01)


def test_one_run_a_side_shows_nothing() -> None:
    assert smallest_effect(0.05, 1) is None


@given(sd=st.floats(1e-4, 1.0), n_runs=st.integers(2, 60))
def test_more_runs_show_less_and_more_noise_hides_more(sd: float, n_runs: int) -> None:
    here = smallest_effect(sd, n_runs)
    more_runs, more_noise = smallest_effect(sd, n_runs + 1), smallest_effect(2 * sd, n_runs)
    assert here is not None
    assert more_runs is not None
    assert more_noise is not None
    assert more_runs < here
    assert more_noise == pytest.approx(2 * here)


def test_the_standard_deviation_is_that_of_a_sample() -> None:
    # Deviations -2, -1, 3 from 4: squares sum to 14, over two degrees of freedom.
    assert standard_deviation([2, 3, 7]) == pytest.approx(7**0.5)


def test_one_value_has_no_deviation() -> None:
    assert standard_deviation([3.0]) is None
