from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr_harness.ab.estimate import log_ratio, pairs
from asr_harness.ab.protocol import Turn

SECONDS = st.floats(0.01, 10)


def turns(*taken: tuple[float, float]) -> list[Turn]:
    return [Turn(latency_s, calibration_s, {}) for latency_s, calibration_s in taken]


def test_the_ratio_of_three_pairs_is_their_median() -> None:
    base = turns((1.0, 0.02), (2.0, 0.04), (1.0, 0.02))
    candidate = turns((1.1, 0.02), (2.4, 0.04), (5.0, 0.02))
    assert exp(log_ratio(base, candidate).raw) == pytest.approx(1.2)


def test_of_four_pairs_one_may_be_anything() -> None:
    base = turns(*[(1.0, 0.02)] * 4)
    candidate = turns((1.1, 0.02), (1.1, 0.02), (1.2, 0.02), (50.0, 0.02))
    assert 1.1 <= exp(log_ratio(base, candidate).raw) <= 1.2


def test_calibration_takes_away_the_machines_pace() -> None:
    base, candidate = turns((1.0, 0.02)), turns((2.0, 0.04))
    found = log_ratio(base, candidate)
    assert found.raw == pytest.approx(log(2))
    assert found.calibrated == pytest.approx(0.0)


@given(st.lists(st.tuples(SECONDS, SECONDS), min_size=1, max_size=9))
def test_swapping_the_sides_turns_the_sign(taken: list[tuple[float, float]]) -> None:
    base = turns(*taken)
    candidate = turns(*[(latency_s * 1.5 + 0.1, calibration_s) for latency_s, calibration_s in taken])
    assert log_ratio(candidate, base).raw == pytest.approx(-log_ratio(base, candidate).raw)


def test_sides_with_unequal_turns_are_a_fault() -> None:
    with pytest.raises(ValueError, match="zip"):
        log_ratio(turns((1.0, 0.02)), [])


def test_pairs_are_as_long_as_the_slower_side_and_scatter_in_spite_of_an_outlier() -> None:
    base = turns(*[(1.0, 0.5)] * 5)
    candidate = turns(*[(exp(ratio), 0.5) for ratio in (-0.1, 0.0, 0.1, 0.2, 3.0)])
    shown = pairs(base, candidate)
    assert shown.round_s == pytest.approx(sum(map(exp, (-0.1, 0.0, 0.1, 0.2, 3.0))) / 5 + 0.5)
    assert shown.sd == pytest.approx(1.4826 * 0.1)
