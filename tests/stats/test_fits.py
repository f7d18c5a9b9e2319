"""Least squares and ranks, by hand."""

import pytest

from asr_harness.stats import fit_line, rank_correlation


def test_a_line_through_three_points_by_hand() -> None:
    # Slope 5/2, intercept 13/3 - 5; residuals 1/6, -1/3, 1/6, their squares 1/6; total 114/9.
    line = fit_line([1, 2, 3], [2, 4, 7])
    assert line is not None
    assert line.slope == pytest.approx(2.5)
    assert line.intercept == pytest.approx(-2 / 3)
    assert line.r_squared == pytest.approx(1 - (1 / 6) / (114 / 9))
    # t(1) = 12.7062: slope ± t √(1/6 / 2), intercept ± t √(1/6 · (1/3 + 4/2)).
    assert line.slope_half == pytest.approx(12.7062 * (1 / 12) ** 0.5, rel=1e-5)
    assert line.intercept_half == pytest.approx(12.7062 * (7 / 18) ** 0.5, rel=1e-5)


def test_two_lengths_make_no_fit() -> None:
    assert fit_line([1, 1, 2], [1, 2, 3]) is None


def test_points_on_a_line_have_no_doubt() -> None:
    line = fit_line([0, 1, 2, 3], [1, 3, 5, 7])
    assert line is not None
    assert (line.intercept, line.slope, line.slope_half, line.r_squared) == pytest.approx((1, 2, 0, 1))


def test_one_swap_of_three_ranks() -> None:
    # 1 - 6 · (0 + 1 + 1) / (3 · 8) = 0.5
    assert rank_correlation([1, 2, 3], [10, 30, 20]) == pytest.approx(0.5)


def test_constant_values_have_no_rank_correlation() -> None:
    assert rank_correlation([1, 2, 3], [5, 5, 5]) is None
