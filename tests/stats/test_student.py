"""Student's t against printed tables."""

from math import pi

import pytest

from asr_harness.stats.student import noncentral_t, t_critical, t_two_sided


@pytest.mark.parametrize(
    ("alpha", "df", "critical"),
    [(0.05, 1, 12.7062), (0.05, 10, 2.2281), (0.01, 10, 3.1693), (0.05, 1e9, 1.96)],
)
def test_critical_values_are_those_of_the_table(alpha: float, df: float, critical: float) -> None:
    assert t_critical(alpha, df) == pytest.approx(critical, abs=5e-5)


def test_a_level_far_below_what_a_float_has_beside_one_has_a_critical_value_too() -> None:
    # With one degree of freedom the tail is 1 / (π t) on each side.
    assert t_critical(1e-20, 1) == pytest.approx(2 / (pi * 1e-20))


def test_the_p_value_counts_both_sides() -> None:
    # With one degree of freedom: 1 - 2/π · atan(1) = 1/2.
    assert t_two_sided(1.0, 1) == pytest.approx(0.5)
    assert t_two_sided(-2.2281, 10) == pytest.approx(0.05, abs=1e-5)


def test_without_a_shift_the_noncentral_distribution_is_the_central_one() -> None:
    assert noncentral_t(2.2281, 10, 0.0) == pytest.approx(0.975, abs=1e-5)


def test_a_shift_that_makes_the_probability_underflow_leaves_none() -> None:
    assert noncentral_t(3.0, 4, 1e4) == 0.0
