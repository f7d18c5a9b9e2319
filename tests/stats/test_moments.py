"""Means and spreads, by hand."""

from math import isfinite, log

import pytest

from asr_harness.stats import as_change, mean, pooled_variance, standard_deviation


def test_the_mean_is_the_arithmetic_one() -> None:
    assert mean([1, 2, 6]) == 3


def test_the_standard_deviation_is_that_of_a_sample() -> None:
    # Deviations -2, -1, 3 from 4: squares sum to 14, over two degrees of freedom.
    assert standard_deviation([2, 3, 7]) == pytest.approx(7**0.5)


def test_one_value_has_no_deviation() -> None:
    assert standard_deviation([3.0]) is None


def test_variances_are_pooled_by_their_degrees_of_freedom() -> None:
    # Squares 2 of (1, 3) and 8 of (2, 4, 6), over 1 + 2 degrees of freedom; a single value has none.
    assert pooled_variance([(1, 3), (2, 4, 6), (50,)]) == pytest.approx(10 / 3)


def test_a_log_ratio_is_a_relative_change() -> None:
    assert as_change(log(1.05)) == pytest.approx(0.05)
    assert as_change(log(0.5)) == pytest.approx(-0.5)


def test_no_change_is_infinite() -> None:
    assert isfinite(as_change(1e6))
