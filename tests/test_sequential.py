from math import exp, inf, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_harness import sequential

SLEEP = (1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4)
"""Differences of Student's sleep data: t = 4.0621 with 9 degrees of freedom."""

SOME = st.lists(st.floats(-1, 1), min_size=4, max_size=20).filter(lambda values: np.std(values) > 1e-3)


def test_the_e_value_of_students_sleep_data_is_the_bayes_factor_by_hand() -> None:
    tau = 4.0621**2 / 9
    by_hand = ((1 + tau) / (1 + tau / 101)) ** 5 / sqrt(101)
    assert sequential.e_value(SLEEP) == pytest.approx(by_hand, rel=1e-3)
    assert by_hand == pytest.approx(16.6, abs=0.05)


def test_at_the_ends_of_the_interval_the_e_value_is_one_over_alpha() -> None:
    low, high = sequential.interval(SLEEP, 0.05) or (0.0, 0.0)
    assert sequential.e_value(SLEEP, low) == pytest.approx(20)
    assert sequential.e_value(SLEEP, high) == pytest.approx(20)


def test_too_few_restarts_bound_nothing() -> None:
    assert sequential.interval((0.1,)) is None
    assert sequential.interval((0.1, 0.11)) is None


def test_restarts_without_any_spread_are_told_apart_exactly() -> None:
    assert sequential.e_value((0.0,) * 5) == 1
    assert sequential.e_value((0.1,) * 5) == inf


@given(SOME)
def test_swapping_the_sides_swaps_the_verdict(log_ratios: list[float]) -> None:
    swapped = {"regression": "improvement", "improvement": "regression"}
    forth, back = (
        sequential.verdicts({"case": values}, tolerance=0.02, margin=0.05)["case"]
        for values in (log_ratios, [-value for value in log_ratios])
    )
    assert back.verdict == swapped.get(forth.verdict, forth.verdict)


@given(SOME)
def test_the_estimate_lies_within_its_interval(log_ratios: list[float]) -> None:
    bounds = sequential.interval(log_ratios)
    assert bounds is None or bounds[0] < np.mean(log_ratios) < bounds[1]


def test_looking_after_every_restart_keeps_the_false_alarm_rate() -> None:
    rng = np.random.default_rng(1)
    n, alpha = 1000, 0.05
    alarms = 0
    for _ in range(n):
        values = rng.normal(0, 0.03, 30).tolist()
        alarms += any(sequential.e_value(values[:k]) >= 1 / alpha for k in range(2, 31))
    assert alarms / n <= alpha


def test_an_effect_is_found_within_few_restarts() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(0.05, 0.01, 8).tolist()
    found = sequential.verdicts({"slow": values}, tolerance=0.02, margin=0.05)["slow"]
    assert found.verdict == "regression"
    assert found.n == 8


def test_a_small_but_certain_effect_is_within_tolerance_and_unchanged() -> None:
    values = [0.010, 0.011, 0.009, 0.010, 0.011, 0.009, 0.010, 0.010]
    found = sequential.verdicts({"case": values}, tolerance=0.02, margin=0.05)["case"]
    assert found.verdict == "unchanged"
    assert exp(found.estimate or 0) == pytest.approx(1.01, abs=1e-3)


def test_many_cases_together_need_more_evidence_each() -> None:
    values = [0.05, 0.06, 0.03, 0.07, 0.04, 0.05, 0.055]
    alone = sequential.verdicts({"one": values}, tolerance=0.02, margin=0.05)["one"]
    flat = {f"other{i}": [0.01, -0.01] * 4 for i in range(99)}
    among = sequential.verdicts({"one": values} | flat, tolerance=0.02, margin=0.05)["one"]
    assert alone.verdict == "regression"
    assert among.p == pytest.approx(min(1.0, 100 * alone.p))
    assert among.verdict == "inconclusive"


def test_fewer_than_the_least_restarts_decide_nothing() -> None:
    assert (
        sequential.verdicts({"case": [0.5, 0.5, 0.5]}, tolerance=0.02, margin=0.05)["case"].verdict
        == "inconclusive"
    )
