from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_harness import sequential

SLEEP = (1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4)
"""Differences of Student's sleep data: ten pairs, t = 4.0621, p = 0.002833."""

SOME = st.lists(st.floats(-1, 1), min_size=5, max_size=20).filter(lambda values: np.std(values) > 1e-3)
LIMITS = {"tolerance": 0.02, "margin": 0.05}


def test_the_third_look_at_students_sleep_data_costs_eight_times_its_p_value() -> None:
    assert sequential.LOOKS[:3] == (5, 7, 10)
    # By hand: the first five pairs have t = 3.261 (p 0.03105), the first seven t = 4.623 (p 0.003604).
    assert sequential.p_value(SLEEP[:5]) == pytest.approx(2 * 0.03105, abs=2e-4)
    assert sequential.p_value(SLEEP[:7]) == pytest.approx(4 * 0.003604, abs=2e-4)
    assert sequential.p_value(SLEEP) == pytest.approx(min(4 * 0.003604, 8 * 0.002833), abs=2e-4)


def test_the_shares_of_all_looks_add_up_to_less_than_alpha() -> None:
    assert sum(2.0**-number for number in range(1, len(sequential.LOOKS) + 1)) < 1


def test_the_interval_is_at_the_level_of_its_look() -> None:
    low, high = sequential.interval(SLEEP, 0.08) or (0.0, 0.0)
    assert (low, high) == pytest.approx((0.316, 2.844), abs=2e-3)  # 99 %: 1.58 ± 3.250 · 1.230 / √10


def test_between_looks_nothing_is_decided_anew() -> None:
    assert sequential.p_value((*SLEEP, -50.0)) == sequential.p_value(SLEEP)
    assert sequential.interval((*SLEEP, -50.0)) == sequential.interval(SLEEP)


def test_before_the_first_look_there_is_no_bound_and_no_verdict() -> None:
    assert sequential.interval((0.5, 0.5, 0.5, 0.5)) is None
    assert sequential.verdicts({"case": [0.5] * 4}, **LIMITS)["case"].verdict == "inconclusive"


@given(SOME)
def test_swapping_the_sides_swaps_the_verdict(log_ratios: list[float]) -> None:
    swapped = {"regression": "improvement", "improvement": "regression"}
    forth, back = (
        sequential.verdicts({"case": values}, **LIMITS)["case"]
        for values in (log_ratios, [-value for value in log_ratios])
    )
    assert back.verdict == swapped.get(forth.verdict, forth.verdict)


def test_looking_again_and_again_keeps_the_false_alarm_rate() -> None:
    rng = np.random.default_rng(1)
    n, alpha = 1000, 0.05
    alarms = sum(sequential.p_value(rng.normal(0, 0.03, 49).tolist()) <= alpha for _ in range(n))
    assert alarms / n <= alpha


def test_an_effect_is_found_within_few_restarts() -> None:
    rng = np.random.default_rng(2)
    found = sequential.verdicts({"slow": rng.normal(0.05, 0.01, 5).tolist()}, **LIMITS)["slow"]
    assert found.verdict == "regression"
    assert found.n == 5


def test_a_small_but_certain_effect_is_within_tolerance_and_unchanged() -> None:
    values = [0.010, 0.011, 0.009, 0.010, 0.011, 0.009, 0.010]
    found = sequential.verdicts({"case": values}, **LIMITS)["case"]
    assert found.verdict == "unchanged"
    assert exp(found.estimate or 0) == pytest.approx(1.01, abs=1e-3)


def test_many_cases_together_need_more_evidence_each() -> None:
    values = [0.05, 0.06, 0.03, 0.07, 0.04, 0.05, 0.055]
    alone = sequential.verdicts({"one": values}, **LIMITS)["one"]
    flat = {f"other{i}": [0.01, -0.01] * 4 for i in range(99)}
    among = sequential.verdicts({"one": values} | flat, **LIMITS)["one"]
    assert alone.verdict == "regression"
    assert among.p == pytest.approx(min(1.0, 100 * alone.p))
    assert among.verdict == "inconclusive"
