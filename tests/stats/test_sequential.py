"""Looks at forks so far, and what they decide."""

from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_harness import stats
from asr_harness.stats import sequential

SLEEP = (1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4)
"""Differences of Student's sleep data: ten pairs, t = 4.0621, p = 0.002833."""

SOME = st.lists(st.floats(-1, 1), min_size=5, max_size=20).filter(lambda values: np.std(values) > 1e-3)
LIMITS = {"tolerance": 0.02, "limit": 0.05}


def test_looks_are_planned_back_from_the_end_and_their_shares_add_up_to_one() -> None:
    assert sequential.planned_looks(5) == ((5, 1.0),)
    assert sequential.planned_looks(11) == ((7, pytest.approx(1 / 3)), (11, pytest.approx(2 / 3)))
    numbers, shares = zip(*sequential.planned_looks(22), strict=True)
    assert numbers == (6, 9, 14, 22)
    assert shares == pytest.approx([1 / 27, 2 / 27, 2 / 9, 2 / 3])


@given(st.integers(1, 1000))
def test_the_shares_of_all_looks_never_exceed_alpha(n_forks: int) -> None:
    looks = sequential.planned_looks(n_forks)
    assert sum(share for _, share in looks) == pytest.approx(1.0)
    assert [number for number, _ in looks] == sorted({number for number, _ in looks})


def test_a_look_at_students_sleep_data_costs_its_p_value_over_its_share() -> None:
    looks = ((7, 0.25), (10, 0.5))
    # By hand: the first seven pairs have t = 4.623, p = 0.003604; all ten t = 4.062, p = 0.002833.
    assert sequential.p_value(SLEEP[:7], looks) == pytest.approx(4 * 0.003604, abs=1e-5)
    assert sequential.p_value(SLEEP, looks) == pytest.approx(2 * 0.002833, abs=1e-5)


def test_the_interval_is_at_the_level_of_its_look() -> None:
    low, high = sequential.interval(SLEEP, ((10, 0.5),), 0.02) or (0.0, 0.0)
    assert (low, high) == pytest.approx((0.316, 2.844), abs=2e-3)  # 99 %: 1.58 ± 3.250 · 1.230 / √10


def test_between_looks_nothing_is_decided_anew() -> None:
    looks = ((10, 1.0),)
    assert sequential.p_value((*SLEEP, -50.0), looks) == sequential.p_value(SLEEP, looks)
    assert sequential.interval((*SLEEP, -50.0), looks) == sequential.interval(SLEEP, looks)


def test_when_the_budget_ends_early_the_last_look_is_taken_there() -> None:
    looks = sequential.planned_looks(22)
    assert sequential.ended(looks, 12) == (*looks[:2], (12, pytest.approx(2 / 3)))
    assert sequential.ended(looks, 22) == looks


def test_too_few_forks_decide_nothing() -> None:
    looks = sequential.ended(sequential.planned_looks(5), 4)
    assert sequential.interval((0.5, 0.5, 0.5, 0.5), looks) is None
    assert sequential.decide_all({"case": [0.5] * 4}, looks, **LIMITS)["case"].verdict == "inconclusive"


@given(SOME)
def test_swapping_the_sides_swaps_the_verdict(log_ratios: list[float]) -> None:
    swapped = {"regression": "improvement", "improvement": "regression"}
    forth, back = (
        sequential.decide_all({"case": values}, sequential.planned_looks(len(values)), **LIMITS)["case"]
        for values in (log_ratios, [-value for value in log_ratios])
    )
    if forth.verdict in swapped:
        assert back.verdict == swapped[forth.verdict]
    assert (back.low, back.high) == (
        None if forth.high is None else -forth.high,
        None if forth.low is None else -forth.low,
    )


def test_looking_again_and_again_keeps_the_false_alarm_rate() -> None:
    rng = np.random.default_rng(1)
    n, alpha = 1000, 0.05
    looks = sequential.planned_looks(49)
    alarms = sum(sequential.p_value(rng.normal(0, 0.03, 49).tolist(), looks) <= alpha for _ in range(n))
    assert alarms / n <= alpha


def test_an_effect_is_found_within_few_forks() -> None:
    rng = np.random.default_rng(2)
    found = sequential.decide_all({"slow": rng.normal(0.05, 0.01, 5).tolist()}, ((5, 1.0),), **LIMITS)["slow"]
    assert found.verdict == "regression"
    assert found.n == 5


def test_a_small_but_certain_effect_is_within_tolerance_and_unchanged() -> None:
    values = [0.010, 0.011, 0.009, 0.010, 0.011, 0.009, 0.010]
    found = sequential.decide_all({"case": values}, sequential.planned_looks(len(values)), **LIMITS)["case"]
    assert found.verdict == "unchanged"
    assert exp(found.estimate or 0) == pytest.approx(1.01, abs=1e-3)


def test_what_may_still_turn_out_slower_is_not_called_green_before_the_end() -> None:
    # Their mean is 0.0227, above the tolerance; harm above the limit is excluded, and nothing is shown yet.
    values = [0.045, 0.002, 0.030, 0.010, 0.038, 0.011]
    limits = {"tolerance": 0.02, "limit": 0.08, "alpha": 0.001, "bound_alpha": 0.01}
    verdicts = [
        sequential.decide_all({"case": values}, looks, **limits)["case"].verdict
        for looks in (((6, 0.5), (12, 0.5)), ((6, 1.0),))
    ]
    assert verdicts == ["inconclusive", "unchanged"]


def test_a_decision_says_the_least_it_could_have_seen_and_what_would_decide() -> None:
    values = [0.05, -0.03, 0.06, -0.04, 0.02]
    found = sequential.decide_all({"case": values}, ((5, 1.0),), **LIMITS)["case"]
    spread = float(np.std(values, ddof=1))
    assert found.verdict == "inconclusive"
    assert found.minimum_detectable_effect == pytest.approx(
        stats.minimum_detectable_paired_effect(spread, 5, alpha=0.01)
    )
    assert found.more_forks == (stats.pairs_needed(spread, 0.05, alpha=0.01) or 0) - 5


def test_before_the_first_look_nothing_could_have_been_seen() -> None:
    found = sequential.decide_all({"case": [0.05, 0.06]}, ((5, 1.0),), **LIMITS)["case"]
    assert found.minimum_detectable_effect is None
    assert found.more_forks == 3


def test_many_cases_together_need_more_evidence_each() -> None:
    values = [0.05, 0.08, 0.01, 0.09, 0.03, 0.05, 0.055]
    alone = sequential.decide_all({"one": values}, ((7, 1.0),), **LIMITS)["one"]
    flat = {f"other{i}": [0.01, -0.01] * 4 for i in range(99)}
    among = sequential.decide_all({"one": values} | flat, ((7, 1.0),), **LIMITS)["one"]
    assert alone.verdict == "regression"
    assert among.p == pytest.approx(min(1.0, 100 * alone.p))
    assert among.verdict == "inconclusive"
