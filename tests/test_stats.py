"""Statistics against published tables and by hand."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import nct as scipy_nct
from scipy.stats import t as scipy_t

from asr_harness import stats
from asr_harness.stats import smallest_effect, standard_deviation


@pytest.mark.parametrize(("n_runs", "effect"), [(393, 0.20), (64, 0.50), (26, 0.80), (17, 1.00)])
def test_the_smallest_effect_is_cohens(n_runs: int, effect: float) -> None:
    # Cohen (1988), table 2.4.1: n a side for power 0.80 at two-sided 5 %.
    assert smallest_effect(1.0, n_runs, alpha=0.05, power=0.80) == pytest.approx(effect, abs=0.01)


@pytest.mark.parametrize(("n_pairs", "effect"), [(34, 0.5), (15, 0.8), (199, 0.2)])
def test_the_smallest_paired_effect_is_the_published_one(n_pairs: int, effect: float) -> None:
    # Faul et al. (2007), G*Power: pairs for power 0.80 at two-sided 5 % and d_z = 0.5, 0.8 and 0.2.
    smallest = [
        stats.smallest_paired_effect(1.0, n, alpha=0.05, power=0.80) or 0 for n in (n_pairs, n_pairs - 1)
    ]
    assert smallest[0] <= effect < smallest[1]
    assert stats.pairs_needed(1.0, effect, alpha=0.05, power=0.80) == n_pairs


def test_one_pair_shows_nothing() -> None:
    assert stats.smallest_paired_effect(0.05, 1) is None


def test_one_run_a_side_shows_nothing() -> None:
    assert smallest_effect(0.05, 1) is None


@given(sd=st.floats(1e-4, 1.0), n_runs=st.integers(2, 60))
def test_more_runs_show_less_and_more_noise_hides_more(sd: float, n_runs: int) -> None:
    here = smallest_effect(sd, n_runs)
    more_runs, more_noise = smallest_effect(sd, n_runs + 1), smallest_effect(2 * sd, n_runs)
    assert here is not None
    assert more_runs is not None
    assert more_noise is not None
    assert more_runs < here
    assert more_noise == pytest.approx(2 * here)


def test_the_standard_deviation_is_that_of_a_sample() -> None:
    # Deviations -2, -1, 3 from 4: squares sum to 14, over two degrees of freedom.
    assert standard_deviation([2, 3, 7]) == pytest.approx(7**0.5)


def test_one_value_has_no_deviation() -> None:
    assert standard_deviation([3.0]) is None


RUXTON = (
    (27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4),
    (27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4),
)
"""The published example of Welch's test: t = -2.46 with 25.0 degrees of freedom, p = 0.021."""

SLEEP = (1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4)
SIDES = st.lists(st.floats(-5, 5), min_size=2, max_size=8)


def test_welch_gives_the_published_example() -> None:
    found = stats.welch(*RUXTON)
    assert found is not None
    assert found.freedom == pytest.approx(25.0, abs=0.05)
    assert found.p == pytest.approx(0.021, abs=5e-4)


def test_welch_needs_two_runs_a_side() -> None:
    assert stats.welch((1.0,), (1.0, 2.0)) is None


def test_welch_tells_sides_without_spread_apart_exactly() -> None:
    same, other = stats.welch((1.0, 1.0), (1.0, 1.0)), stats.welch((1.0, 1.0), (2.0, 2.0))
    assert same is not None
    assert other is not None
    assert (same.p, other.p) == (1.0, 0.0)


def test_the_paired_test_gives_students_sleep_data() -> None:
    found = stats.paired(SLEEP, alpha=0.05)
    assert found is not None
    assert found.estimate == pytest.approx(1.58)
    assert found.p == pytest.approx(0.002833, abs=1e-6)
    assert (found.low, found.high) == pytest.approx((0.70, 2.46), abs=5e-3)


def test_holm_steps_down_as_by_hand() -> None:
    assert stats.holm((0.01, 0.04, 0.03, 0.005)) == pytest.approx((0.03, 0.06, 0.06, 0.02))


def test_holm_of_nothing_is_nothing() -> None:
    assert stats.holm(()) == ()


def test_one_run_a_side_is_judged_by_the_spread_of_former_runs() -> None:
    history = ((1.0, 1.2), (2.0, 2.2), (3.0, 3.2))
    found = stats.against_history((1.0,), (1.5,), history)
    assert found is not None
    assert found.sd == pytest.approx(0.02**0.5)
    assert found.freedom == 3
    assert found.p == pytest.approx(2 * scipy_t.sf(0.5 / (0.02 * 2) ** 0.5, 3))


def test_without_any_former_runs_nothing_tells_the_spread() -> None:
    assert stats.against_history((1.0,), (1.5,), ()) is None


def test_runs_needed_are_the_fewest_that_show_the_effect() -> None:
    needed = stats.runs_needed(0.03, 0.05)
    assert needed is not None
    assert (stats.smallest_effect(0.03, needed) or 1) <= 0.05 < (stats.smallest_effect(0.03, needed - 1) or 0)


def test_an_effect_far_below_the_noise_is_not_promised() -> None:
    assert stats.runs_needed(0.5, 1e-6) is None


@given(SIDES, SIDES)
@example([0.0, 0.0], [0.0, 4.5e-103])
def test_swapping_the_sides_swaps_the_interval(base: list[float], candidate: list[float]) -> None:
    forth, back = stats.welch(base, candidate), stats.welch(candidate, base)
    assert forth is not None
    assert back is not None
    assert (forth.estimate, forth.low, forth.high) == pytest.approx((-back.estimate, -back.high, -back.low))
    assert forth.p == pytest.approx(back.p)


@given(SIDES, st.floats(-3, 3))
def test_shifting_both_sides_changes_nothing(base: list[float], shift: float) -> None:
    candidate = [value * 1.1 + 0.3 for value in base]
    plain = stats.welch(base, candidate)
    moved = stats.welch([value + shift for value in base], [value + shift for value in candidate])
    assert plain is not None
    assert moved is not None
    assert moved.estimate == pytest.approx(plain.estimate, abs=1e-9)


@given(st.lists(st.floats(0, 1), max_size=20))
def test_holm_keeps_the_order_and_never_lowers_a_p_value(p_values: list[float]) -> None:
    adjusted = stats.holm(p_values)
    assert all(after >= before for before, after in zip(p_values, adjusted, strict=True))
    ranked = sorted(range(len(p_values)), key=p_values.__getitem__)
    assert [adjusted[i] for i in ranked] == sorted(adjusted)


@pytest.mark.parametrize("n_runs", [2, 3, 5])
@pytest.mark.parametrize("alpha", [1e-2, 1e-4, 1e-6])
def test_few_runs_at_strict_levels_have_a_smallest_effect_too(n_runs: int, alpha: float) -> None:
    effect = stats.smallest_effect(1.0, n_runs, alpha=alpha)
    assert effect is not None
    shift, freedom = effect * (n_runs / 2) ** 0.5, 2 * (n_runs - 1)
    assert scipy_nct.sf(scipy_t.isf(alpha / 2, freedom), freedom, shift) == pytest.approx(0.9, abs=1e-6)


def test_two_runs_that_agree_by_chance_are_no_proof_against_eight() -> None:
    few, many = (0.100, 0.101), (0.0, 0.03, -0.03, 0.05, -0.05, 0.02, -0.02, 0.0)
    welch, both = stats.welch(few, many), stats.two_sided(few, many)
    assert welch is not None
    assert both is not None
    assert welch.p < 0.0005
    # The pooled variance is 0.0076 / 8, and 0.1005 / (0.0308 · √(1/2 + 1/8)) = 4.126 at 8 degrees of freedom.
    assert both.p == pytest.approx(2 * scipy_t.sf(4.126, 8), rel=0.01)
    assert both.low < welch.low
    assert both.high > welch.high


@given(
    st.integers(2, 8).flatmap(lambda n: st.tuples(*[st.lists(st.floats(-3, 3), min_size=n, max_size=n)] * 2))
)
def test_sides_of_one_size_have_welchs_result(sides: tuple[list[float], list[float]]) -> None:
    welch, both = stats.welch(*sides), stats.two_sided(*sides)
    assert welch is not None
    assert both is not None
    assert both.p == pytest.approx(welch.p, rel=1e-6, abs=1e-12)
