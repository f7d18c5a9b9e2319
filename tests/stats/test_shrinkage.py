"""Variances shrunk towards the usual one: limma's values, and what a noisy machine asks for beyond them."""

from math import inf, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import polygamma

from asr_harness import stats
from asr_harness.stats.shrinkage import MIN_CASES, common_share, fit_prior, shrink_variances

ALPHA = 0.01
# limma 3.54.1, squeezeVar(c(…), df = 8), and likewise for df that differ.
VARIANCES = (1.0, 2.0, 3.0, 4.0, 5.0, 0.5, 0.7, 9.0)
SQUEEZED = (
    1.2335709456, 1.9259977537, 2.6184245618, 3.3108513698,
    4.0032781779, 0.8873575416, 1.0258429032, 6.7729854101,
)  # fmt: skip
UNEQUAL = ((0.2, 8), (5, 7), (1, 6), (30, 4), (0.01, 5), (2, 8), (7, 8), (0.5, 3), (0.9, 4), (60, 6))
UNRELATED = np.linalg.qr(np.random.default_rng(0).standard_normal((10, 8)))[0].T


def difference(variance: float, df: float = 8.0, estimate: float = 1.0) -> stats.Difference:
    """A difference whose standard error is the root of this variance."""
    made = stats.Difference(estimate, 0.0, 0.0, 1.0, sqrt(2.5), df, 1.0)
    return stats.with_error(made, sqrt(variance), 0.0, ALPHA)


def test_the_prior_is_limmas() -> None:
    prior = fit_prior(VARIANCES, [8.0] * 8)
    assert prior.df == pytest.approx(3.553568, abs=1e-5)
    assert prior.variance == pytest.approx(1.7594, abs=1e-4)


def test_the_prior_is_limmas_where_degrees_of_freedom_differ() -> None:
    prior = fit_prior(*zip(*UNEQUAL, strict=True))
    assert prior.df == pytest.approx(0.9056631074, rel=1e-6)
    assert prior.variance == pytest.approx(0.4723253155, rel=1e-6)


def test_variances_that_differ_no_more_than_by_chance_are_all_one() -> None:
    prior = fit_prior((1.1, 0.9, 1.0, 1.05, 0.95, 1.2, 0.8, 1.0), [8.0] * 8)
    assert (prior.variance, prior.df) == (pytest.approx(1.0), inf)


def test_a_variance_below_the_usual_is_limmas_and_one_above_stays_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("asr_harness.stats.shrinkage.CAUTION", 0.0)
    shrunk = shrink_variances([difference(variance) for variance in VARIANCES], UNRELATED, ALPHA)
    expected = [max(own, squeezed) for own, squeezed in zip(VARIANCES, SQUEEZED, strict=True)]
    assert [one.error**2 for one in shrunk] == pytest.approx(expected, rel=1e-6)
    assert {round(one.df, 4) for one in shrunk} == {round(8 + 3.553568, 4)}
    assert [one.sd for one in shrunk] == pytest.approx([sqrt(2.5 * variance) for variance in expected])


def test_what_cases_have_in_common_lends_nothing() -> None:
    same = [UNRELATED[0]] * 8
    shrunk = shrink_variances([difference(variance) for variance in VARIANCES], same, ALPHA)
    assert [one.prior_df for one in shrunk] == pytest.approx([0.0] * 8)


def test_what_estimates_have_in_common_does_not_show_as_chance_among_them() -> None:
    # Smyth's 6.2 with nothing taken off: trigamma of half the prior's df is the variance of the logarithms.
    prior = fit_prior(VARIANCES, [8.0] * 8, common=1.0)
    assert polygamma(1, prior.df / 2) == pytest.approx(np.var(np.log(VARIANCES), ddof=1))


def test_caution_takes_cases_for_less_alike() -> None:
    careful, plain = (fit_prior(VARIANCES, [8.0] * 8, caution=caution) for caution in (1.0, 0.0))
    assert careful.df < plain.df


def test_all_cases_together_bound_what_each_gains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("asr_harness.stats.shrinkage.CAUTION", 0.0)
    alike = [difference(1.0) for _ in range(8)]
    assert {round(one.df, 6) for one in shrink_variances(alike, UNRELATED, ALPHA)} == {8 * 8}


def test_too_few_cases_and_those_without_error_stay_as_they_are() -> None:
    few = [difference(variance) for variance in VARIANCES[: MIN_CASES - 1]]
    exact = stats.Difference(0.0, 0.0, 0.0, 1.0, 0.0, 8.0)
    assert shrink_variances([*few, exact], [*UNRELATED[:-1], [0.0] * 10], ALPHA) == [*few, exact]


def test_unrelated_deviations_have_nothing_in_common_and_equal_ones_all() -> None:
    assert common_share(UNRELATED, 8) == 0.0
    assert common_share([UNRELATED[0]] * 3, 8) == pytest.approx(1.0)
    assert common_share([UNRELATED[0], -2 * UNRELATED[0]], 8) == pytest.approx(1.0)


def test_half_the_variance_in_common_is_a_quarter_of_what_variances_have_in_common() -> None:
    rng = np.random.default_rng(1)
    found = []
    for _ in range(200):
        drawn = (rng.standard_normal((20, 10)) + rng.standard_normal(10)).reshape(20, 2, 5)
        found.append(common_share((drawn - drawn.mean(2, keepdims=True)).reshape(20, 10), 8))
    assert np.mean(found) == pytest.approx(0.25, abs=0.05)


@given(st.floats(0.01, 100), st.lists(st.floats(-3, 3), min_size=8, max_size=8))
def test_the_unit_and_the_direction_do_not_matter(scale: float, estimates: list[float]) -> None:
    plain = [difference(v, estimate=e) for v, e in zip(VARIANCES, estimates, strict=True)]
    scaled = [
        difference(scale**2 * v, estimate=-scale * e) for v, e in zip(VARIANCES, estimates, strict=True)
    ]
    for one, other in zip(
        *(shrink_variances(each, UNRELATED, ALPHA) for each in (plain, scaled)), strict=True
    ):
        assert other.p == pytest.approx(one.p, rel=1e-6)
        assert (other.low, other.high) == (pytest.approx(-scale * one.high), pytest.approx(-scale * one.low))


@pytest.mark.parametrize("shared", [0.0, 0.5], ids=["noise of each", "half of it in common"])
def test_noise_alone_is_called_a_change_no_oftener_than_stated(shared: float) -> None:
    rng = np.random.default_rng(2)
    n, stated, alarms = 300, 0.05, 0
    for _ in range(n):
        spread = np.sqrt(4 / rng.chisquare(4, (30, 1)))
        noise = sqrt(shared) * rng.standard_normal(10) + sqrt(1 - shared) * rng.standard_normal((30, 10))
        sides = (spread * noise).reshape(30, 2, 5)
        differences = [stats.welch(*case) for case in sides.tolist()]
        deviations = (sides - sides.mean(2, keepdims=True)).reshape(30, 10)
        shrunk = shrink_variances([one for one in differences if one], deviations.tolist(), ALPHA)
        alarms += min(stats.holm([one.p for one in shrunk])) <= stated
    # Three standard errors above what is stated.
    assert alarms <= stated * n + 3 * sqrt(n * stated * (1 - stated))
