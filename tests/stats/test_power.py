"""What evidence can show, against published tables of power."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nct as scipy_nct
from scipy.stats import t as scipy_t

from asr_harness.stats import (
    minimum_detectable_effect,
    minimum_detectable_paired_effect,
    pairs_needed,
    runs_needed,
    two_sample_df,
)


@pytest.mark.parametrize(("n_runs", "effect"), [(393, 0.20), (64, 0.50), (26, 0.80), (17, 1.00)])
def test_the_smallest_effect_is_cohens(n_runs: int, effect: float) -> None:
    # Cohen (1988), table 2.4.1: n a side for power 0.80 at two-sided 5 %.
    assert minimum_detectable_effect(1.0, n_runs, alpha=0.05, power=0.80) == pytest.approx(effect, abs=0.01)


@pytest.mark.parametrize(("n_pairs", "effect"), [(34, 0.5), (15, 0.8), (199, 0.2)])
def test_the_smallest_paired_effect_is_the_published_one(n_pairs: int, effect: float) -> None:
    # Faul et al. (2007), G*Power: pairs for power 0.80 at two-sided 5 % and d_z = 0.5, 0.8 and 0.2.
    smallest = [
        minimum_detectable_paired_effect(1.0, n, alpha=0.05, power=0.80) or 0 for n in (n_pairs, n_pairs - 1)
    ]
    assert smallest[0] <= effect < smallest[1]
    assert pairs_needed(1.0, effect, alpha=0.05, power=0.80) == n_pairs


def test_one_pair_shows_nothing() -> None:
    assert minimum_detectable_paired_effect(0.05, 1) is None


def test_one_run_a_side_shows_nothing() -> None:
    assert minimum_detectable_effect(0.05, 1) is None


@given(sd=st.floats(1e-4, 1.0), n_runs=st.integers(2, 60))
def test_more_runs_show_less_and_more_noise_hides_more(sd: float, n_runs: int) -> None:
    here = minimum_detectable_effect(sd, n_runs)
    more_runs, more_noise = (
        minimum_detectable_effect(sd, n_runs + 1),
        minimum_detectable_effect(2 * sd, n_runs),
    )
    assert here is not None
    assert more_runs is not None
    assert more_noise is not None
    assert more_runs < here
    assert more_noise == pytest.approx(2 * here)


def test_runs_needed_are_the_fewest_that_show_the_effect() -> None:
    needed = runs_needed(0.03, 0.05)
    assert needed is not None
    assert (
        (minimum_detectable_effect(0.03, needed) or 1)
        <= 0.05
        < (minimum_detectable_effect(0.03, needed - 1) or 0)
    )


def test_an_effect_far_below_the_noise_is_not_promised() -> None:
    assert runs_needed(0.5, 1e-6) is None


@pytest.mark.parametrize("n_runs", [2, 3, 5])
@pytest.mark.parametrize("alpha", [1e-2, 1e-4, 1e-6])
def test_few_runs_at_strict_levels_have_a_smallest_effect_too(n_runs: int, alpha: float) -> None:
    df = 2 * (n_runs - 1)
    effect = minimum_detectable_effect(1.0, n_runs, df=df, alpha=alpha)
    assert effect is not None
    shift = effect * (n_runs / 2) ** 0.5
    assert scipy_nct.sf(scipy_t.isf(alpha / 2, df), df, shift) == pytest.approx(0.9, abs=1e-6)


def test_two_sides_of_five_runs_have_eight_degrees_of_freedom_and_what_others_lend() -> None:
    assert two_sample_df(5) == 8
    assert two_sample_df(5, prior_df=3.5) == 11.5


def test_the_test_of_two_sides_is_welchs_whose_degrees_of_freedom_are_fewer() -> None:
    by_welch, pooled, fewest = (minimum_detectable_effect(0.05, 5, df=df) or 0 for df in (None, 8, 4))
    assert pooled < by_welch < fewest


def test_of_many_runs_both_are_the_same() -> None:
    by_welch, pooled = (minimum_detectable_effect(0.05, 300, df=df) for df in (None, 598))
    assert by_welch == pytest.approx(pooled, rel=1e-3)


def test_one_run_a_side_has_an_effect_where_the_spread_has_degrees_of_freedom() -> None:
    # An effect of e standard deviations shifts t by e / √2 with one run a side.
    effect = minimum_detectable_effect(1.0, 1, df=12)
    assert effect is not None
    assert scipy_nct.sf(scipy_t.isf(0.005, 12), 12, effect / 2**0.5) == pytest.approx(0.9, abs=1e-6)


def test_known_spread_needs_the_normal_quantiles_alone() -> None:
    # With df → ∞ the effect is (2.5758 + 1.2816) · √(2 / 8) = 1.9287 standard deviations.
    assert minimum_detectable_effect(1.0, 8, df=1e7) == pytest.approx(1.9287, abs=1e-3)


def test_degrees_of_freedom_that_others_lend_save_runs() -> None:
    alone, helped = runs_needed(0.03, 0.08), runs_needed(0.03, 0.08, prior_df=30.0)
    assert (alone, helped) == (7, 5)
    assert (minimum_detectable_effect(0.03, 5, df=two_sample_df(5, 30.0)) or 1) <= 0.08
    assert (minimum_detectable_effect(0.03, 4, df=two_sample_df(4, 30.0)) or 0) > 0.08
