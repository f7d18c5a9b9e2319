"""An estimate with its interval and p value, by hand."""

import pytest

from asr_harness.stats import with_error
from asr_harness.stats.difference import exact_difference, t_difference


def test_the_interval_is_t_standard_errors_wide() -> None:
    # t(10) at 5 % is 2.2281; an estimate of as many standard errors has p = 5 %.
    found = t_difference(2.2281, 1.0, 3.0, 10, 0.05)
    assert (found.low, found.high) == pytest.approx((0.0, 4.4562), abs=1e-4)
    assert found.p == pytest.approx(0.05, abs=1e-5)
    assert (found.sd, found.df, found.error, found.prior_df) == (3.0, 10, 1.0, 0.0)


def test_an_exact_difference_is_certain_and_none_is_no_change() -> None:
    assert exact_difference(0.1, 4).p == 0.0
    assert exact_difference(0.0, 4).p == 1.0
    assert (exact_difference(0.1, 4).low, exact_difference(0.1, 4).high) == (0.1, 0.1)


def test_another_error_scales_the_spread_and_adds_degrees_of_freedom() -> None:
    found = with_error(t_difference(1.0, 1.0, 3.0, 6, 0.05), 2.0, 4.0, 0.05)
    assert (found.error, found.sd, found.df, found.prior_df) == (2.0, 6.0, 10.0, 4.0)
    assert (found.low, found.high) == pytest.approx((1 - 2 * 2.2281, 1 + 2 * 2.2281), abs=1e-4)
