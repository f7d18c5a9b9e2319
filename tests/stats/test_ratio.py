"""The ratio estimator, by hand."""

import pytest

from asr_harness.stats import ratio_error, ratio_interval


def test_the_error_is_that_of_the_residuals() -> None:
    # Rate 4/20, residuals -1 and 1: √(2/1 · 2) / 20 = 0.1.
    assert ratio_error([(1, 10), (3, 10)], 0.2) == pytest.approx(0.1)


def test_units_of_unequal_length_weigh_by_their_length() -> None:
    # Rate 6/60 = 0.1; residuals 2 - 1, 0 - 2, 4 - 3: squares 6; √(3/2 · 6) / 60 = 0.05.
    assert ratio_error([(2, 10), (0, 20), (4, 30)], 0.1) == pytest.approx(0.05)
    # t(2) at 1 % is 9.9248: half 0.49624.
    assert ratio_interval([(2, 10), (0, 20), (4, 30)], alpha=0.01) == pytest.approx((0.0, 0.59624), abs=1e-5)


def test_two_talks_by_hand() -> None:
    # Rate 4/20 = 0.2; residuals -1 and 1, variance 2; t(1) = 12.706; half 12.706 · √(2/2) / 10 = 1.2706.
    low, high = ratio_interval([(1, 10), (3, 10)])
    assert low == 0.0
    assert high == pytest.approx(0.2 + 1.2706, abs=1e-4)


def test_talks_that_agree_leave_no_doubt() -> None:
    assert ratio_interval([(1, 10), (2, 20), (4, 40)]) == pytest.approx((0.1, 0.1))


def test_no_error_at_all_is_not_certainty() -> None:
    # 1 - 0.025^(1/30) = 1 - exp(-3.6889 / 30) = 0.1157
    assert ratio_interval([(0, 10), (0, 20)]) == pytest.approx((0.0, 0.1157), abs=1e-4)


def test_one_talk_has_no_interval() -> None:
    assert ratio_interval([(1, 10)]) == (None, None)
