"""Differences of pooled error rates, tested over units."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from asr_harness.stats import PairedErrors, by_talk, rate_test
from asr_harness.stats.rates import satterthwaite_df

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
    # Rate 6/30 = 0.2, residuals 1 - 2 and 5 - 4 with leverages 1/3 and 2/3: error √(3/2 + 3) / 30; t = √8,
    # one degree of freedom, p = 1 - 2/π · atan(√8) = 0.216347.
    found = rate_test(PairedErrors((0, 0), (1, 5), (10, 20)), alpha=0.05)
    assert found is not None
    assert (found.estimate, found.error) == pytest.approx((0.2, 4.5**0.5 / 30))
    assert found.p == pytest.approx(0.216347, abs=1e-6)
    assert found.high == pytest.approx(0.2 + 12.7062 * found.error, abs=1e-5)
    assert found.df == pytest.approx(1)


def test_satterthwaites_degrees_of_freedom_by_hand() -> None:
    # Weights 1/2, 1/12, 1/12: 1 / (3/8 + (2/3)² - 19/72) = 1 / (5/9).
    assert satterthwaite_df((0.5, 0.25, 0.25)) == pytest.approx(1.8)
    assert satterthwaite_df((0.25,) * 4) == pytest.approx(3)


def test_degrees_of_freedom_are_those_of_the_residuals_covariances() -> None:
    """Pustejovsky and Tipton's formula in matrices: tr(P)² / tr(P²), P the residuals' scaled covariance."""
    lengths = np.array([400.0, 60.0, 30.0, 20.0, 10.0])
    leverage = np.outer(lengths, np.ones(5)) / lengths.sum()
    covariance = (np.eye(5) - leverage) @ np.diag(lengths) @ (np.eye(5) - leverage).T
    scale = np.diag(1 / np.sqrt(1 - np.diag(leverage)))
    scaled = scale @ covariance @ scale
    expected = np.trace(scaled) ** 2 / np.trace(scaled @ scaled)
    assert satterthwaite_df(tuple(lengths / lengths.sum())) == pytest.approx(expected)


@pytest.mark.parametrize("share", [0.7, 0.9])
def test_a_talk_with_most_of_the_words_raises_no_false_alarms(share: float) -> None:
    rng = np.random.default_rng(7)
    lengths = np.array([share, *[(1 - share) / 7] * 7]) * 8000
    n, alarms = 2000, 0
    for _ in range(n):
        shifts = rng.normal(0, 0.02, 8)
        errors = [rng.binomial(lengths.astype(int), 0.1 + side * shifts / 2) for side in (-1, 1)]
        found = rate_test(PairedErrors(*(tuple(map(float, one)) for one in (*errors, lengths))), alpha=0.05)
        alarms += found is not None and found.p <= 0.05
    assert alarms / n <= 0.05


def test_units_that_agree_exactly_are_judged_by_flipping_their_signs() -> None:
    # Of three units' 2³ signs, two are as extreme.
    found = rate_test(PairedErrors((0, 0, 0), (1, 1, 1), (10, 10, 10)))
    assert found is not None
    assert (found.p, found.sd, found.low, found.high) == (0.25, 0.0, 0.1, 0.1)


def test_units_without_any_change_are_no_evidence_of_one() -> None:
    found = rate_test(PairedErrors((1, 2), (1, 2), (10, 10)))
    assert found is not None
    assert found.p == 1.0


def test_a_talk_that_alone_has_words_is_one_unit() -> None:
    assert rate_test(PairedErrors((0, 1), (1, 2), (0, 10))) is None


def test_one_unit_is_no_test() -> None:
    assert rate_test(PairedErrors((1,), (2,), (10,))) is None
