"""Tests of means against published examples and by hand."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import t as scipy_t
from scipy.stats import ttest_ind

from asr_harness import stats

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
    assert found.df == pytest.approx(25.0, abs=0.05)
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


def test_one_run_a_side_is_judged_by_the_spread_of_former_runs() -> None:
    history = ((1.0, 1.2), (2.0, 2.2), (3.0, 3.2))
    found = stats.against_history((1.0,), (1.5,), history)
    assert found is not None
    assert found.sd == pytest.approx(0.02**0.5)
    assert found.df == 3
    assert found.p == pytest.approx(2 * scipy_t.sf(0.5 / (0.02 * 2) ** 0.5, 3))


def test_without_any_former_runs_nothing_tells_the_spread() -> None:
    assert stats.against_history((1.0,), (1.5,), ()) is None


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


def test_welchs_error_and_degrees_of_freedom_are_those_by_hand() -> None:
    # Variances 1 and 4, over 3 runs each: error² 1/3 + 4/3, df (5/3)² / ((1/3)² / 2 + (4/3)² / 2) = 50/17.
    sides = (1.0, 2.0, 3.0), (4.0, 6.0, 8.0)
    found = stats.welch(*sides, alpha=0.05)
    assert found is not None
    assert (found.estimate, found.error, found.sd) == pytest.approx((4.0, (5 / 3) ** 0.5, 2.5**0.5))
    assert found.df == pytest.approx(50 / 17)
    half = scipy_t.isf(0.025, 50 / 17) * (5 / 3) ** 0.5
    assert (found.low, found.high) == pytest.approx((4 - half, 4 + half))
    assert found.p == pytest.approx(ttest_ind(*sides, equal_var=False).pvalue)


def test_without_history_the_spread_of_the_sides_is_pooled_as_students() -> None:
    sides = (1.0, 2.0, 3.0), (4.0, 6.0, 8.0, 6.0)
    found = stats.against_history(*sides, ())
    assert found is not None
    # Squares 2 and 8 over 2 + 3 degrees of freedom.
    assert (found.sd, found.df) == (pytest.approx(2**0.5), 5)
    assert found.p == pytest.approx(ttest_ind(*sides).pvalue)


def test_pairs_that_all_differ_by_as_much_are_exact() -> None:
    changed, same = stats.paired((0.5, 0.5)), stats.paired((0.0, 0.0))
    assert changed is not None
    assert same is not None
    assert (changed.p, changed.low, changed.high) == (0.0, 0.5, 0.5)
    assert same.p == 1.0


def test_one_pair_is_no_test() -> None:
    assert stats.paired((0.5,)) is None


def test_what_starting_second_costs_is_neither_a_difference_nor_noise() -> None:
    # Mean 2; half the difference of the orders' means is 3; residuals ±1: sd √(4/2), error √2 / 2, df 2.
    found = stats.paired_in_order([6.0, 0.0, 4.0, -2.0], [True, False, True, False])
    assert found is not None
    assert (found.estimate, found.sd, found.error, found.df) == pytest.approx((2.0, 2**0.5, 0.5**0.5, 2))


def test_without_two_orders_the_test_is_the_plain_paired_one() -> None:
    values = [1.0, 2.0, 4.0, 1.0, 3.0]
    assert stats.paired_in_order(values, [True] * 5) == stats.paired(values)


def test_orders_that_are_not_balanced_are_told_apart_by_regression() -> None:
    # Base first: 3, 3, 5, 5 (mean 4); else 0, 2 (mean 1): the middle between them is 2.5.
    found = stats.paired_in_order([3.0, 3.0, 5.0, 5.0, 0.0, 2.0], [True] * 4 + [False] * 2)
    assert found is not None
    assert found.estimate == pytest.approx(2.5)
