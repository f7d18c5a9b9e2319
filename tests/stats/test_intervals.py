"""Intervals of means over runs, by hand."""

import pytest

from asr_harness.stats import geometric_mean_interval, mean_interval, share_interval


def test_the_mean_of_three_by_hand() -> None:
    # t(2) · 1 / √3 = 4.30265 · 0.57735 = 2.48414.
    assert mean_interval([1, 2, 3]) == pytest.approx((2, -0.48414, 4.48414), abs=1e-5)


def test_another_level_has_another_width() -> None:
    # t(2) at 1 % is 9.92484; over √3 5.73011.
    assert mean_interval([1, 2, 3], alpha=0.01) == pytest.approx((2, -3.73011, 7.73011), abs=1e-5)


def test_one_value_has_no_interval() -> None:
    with pytest.raises(ValueError, match="two are needed"):
        mean_interval([1.0])


def test_the_geometric_mean_of_one_and_four_is_two() -> None:
    # Logs 0 and 1.3863: half interval t(1) · 0.9803 / √2 = 8.8073.
    middle, low, high = geometric_mean_interval([1.0, 4.0])
    assert middle == pytest.approx(2.0)
    assert (low, high) == pytest.approx((2.9928e-4, 13365), rel=1e-3)


def test_the_interval_of_shares_is_held_between_none_and_all() -> None:
    # Half interval of 0.4 and 0.6: t(1) · 0.1414 / √2 = 12.706 · 0.1 = 1.27, held between 0 and 1.
    assert share_interval([0.4, 0.6]) == pytest.approx((0.5, 0.0, 1.0))
