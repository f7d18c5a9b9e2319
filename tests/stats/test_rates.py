"""Differences of pooled error rates, tested over units."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from asr_harness.stats import PairedErrors, by_talk, rate_test, ratio_interval

COUNTS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 30)), min_size=2, max_size=12
)


def test_sums_by_talk_keep_the_order_in_which_talks_appear() -> None:
    errors = PairedErrors((1, 2, 3), (0, 0, 5), (10, 10, 20))
    assert by_talk(errors, ("b", "a", "b")) == PairedErrors((4, 2), (5, 0), (30, 10))


def test_with_units_of_equal_length_the_rate_test_is_the_paired_t_test() -> None:
    base, candidate = (3.0, 1.0, 4.0, 2.0, 2.0), (5.0, 2.0, 4.0, 5.0, 2.0)
    found = rate_test(PairedErrors(base, candidate, (10.0,) * 5), alpha=0.05)
    assert found is not None
    assert found.p == pytest.approx(scipy_stats.ttest_rel(candidate, base).pvalue)
    assert found.estimate == pytest.approx(6 / 50)


@given(COUNTS)
def test_swapping_the_systems_swaps_the_difference(counts: list[tuple[int, int, int]]) -> None:
    base, candidate, lengths = map(tuple, zip(*counts, strict=True))
    forth = rate_test(PairedErrors(base, candidate, lengths))
    back = rate_test(PairedErrors(candidate, base, lengths))
    assert forth is not None
    assert back is not None
    assert forth.p == pytest.approx(back.p)
    assert (forth.low, forth.high) == pytest.approx((-back.high, -back.low))


def test_over_talks_same_quality_is_rarely_called_a_change_where_utterances_call_it_often() -> None:
    """Errors that differ by talk: the reason that talks are the unit."""
    rng = np.random.default_rng(3)
    alarms = {"talks": 0, "utterances": 0}
    n = 400
    for _ in range(n):
        shift = np.repeat(rng.normal(0, 0.05, 8), 10)
        base = rng.binomial(15, 0.15, 80)
        candidate = rng.binomial(15, np.clip(0.15 + shift, 0, 1))
        errors = PairedErrors(tuple(base), tuple(candidate), (15.0,) * 80)
        talks = tuple(str(i // 10) for i in range(80))
        for unit, tested in (("talks", by_talk(errors, talks)), ("utterances", errors)):
            found = rate_test(tested, alpha=0.05)
            alarms[unit] += found is not None and found.p < 0.05
    assert alarms["talks"] / n <= 0.07
    assert alarms["utterances"] / n >= 0.15


def test_two_talks_of_unequal_length_by_hand() -> None:
    # Rate 6/30 = 0.2, residuals 1 - 2 and 5 - 4: error √(2/1 · 2) / 30 = 1/15; t = 3 with one degree of
    # freedom, p = 1 - 2/π · atan(3) = 0.204833.
    found = rate_test(PairedErrors((0, 0), (1, 5), (10, 20)), alpha=0.05)
    assert found is not None
    assert (found.estimate, found.error, found.sd) == pytest.approx((0.2, 1 / 15, 2**0.5 / 15))
    assert found.p == pytest.approx(0.204833, abs=1e-6)
    assert (found.low, found.high) == pytest.approx((0.2 - 12.7062 / 15, 0.2 + 12.7062 / 15), abs=1e-5)
    assert found.df == 1


def test_against_a_side_without_errors_the_interval_is_that_of_the_other_sides_rate() -> None:
    lengths, candidate = (100.0, 120.0, 80.0, 150.0), (10.0, 15.0, 9.0, 12.0)
    found = rate_test(PairedErrors((0.0,) * 4, candidate, lengths), alpha=0.05)
    assert found is not None
    assert (found.low, found.high) == ratio_interval(list(zip(candidate, lengths, strict=True)))


def test_units_that_agree_exactly_are_judged_by_flipping_their_signs() -> None:
    # Of three units' 2³ signs, two are as extreme.
    found = rate_test(PairedErrors((0, 0, 0), (1, 1, 1), (10, 10, 10)))
    assert found is not None
    assert (found.p, found.sd, found.low, found.high) == (0.25, 0.0, 0.1, 0.1)


def test_units_without_any_change_are_no_evidence_of_one() -> None:
    found = rate_test(PairedErrors((1, 2), (1, 2), (10, 10)))
    assert found is not None
    assert found.p == 1.0


def test_one_unit_is_no_test() -> None:
    assert rate_test(PairedErrors((1,), (2,), (10,))) is None
