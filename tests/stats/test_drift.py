"""A creep against scipy, and which of two accounts of a series is kept."""

import random
from math import log1p

import pytest
from scipy.stats import kendalltau, theilslopes

from asr_harness.stats import find_drift, mann_kendall
from asr_harness.stats.serial import inflation, serial_correlation
from asr_harness.stats.trend import kendall_z, sen_slope


def noise(n: int, sd: float = 0.03, seed: int = 3) -> list[float]:
    rng = random.Random(seed)
    return [rng.gauss(0.0, sd) for _ in range(n)]


def test_kendalls_statistic_is_that_of_tau() -> None:
    values = noise(30)
    # Without ties S is tau times the number of pairs, and its variance n (n - 1) (2 n + 5) / 18.
    s = float(kendalltau(range(30), values).statistic) * 435
    assert kendall_z(values) == pytest.approx((s - (1 if s > 0 else -1)) / (30 * 29 * 65 / 18) ** 0.5)


@pytest.mark.parametrize("digits", [9, 2])
@pytest.mark.parametrize("n", [7, 8, 61])
def test_sens_slope_and_interval_are_scipys(n: int, digits: int) -> None:
    values = [round(value + 0.002 * i, digits) for i, value in enumerate(noise(n))]
    expected = theilslopes(values)
    assert sen_slope(values) == pytest.approx(
        (expected.slope, expected.intercept, expected.low_slope, expected.high_slope)
    )


def test_sens_slope_is_the_median_of_pairwise_slopes() -> None:
    trend = mann_kendall([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 60.0])
    assert trend is not None
    assert trend.slope == pytest.approx(1.0)


def test_fewer_than_seven_have_no_trend() -> None:
    assert mann_kendall([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]) is None


def test_a_creep_is_a_creep_and_a_step_a_step() -> None:
    creep = find_drift([value + log1p(0.01) * i for i, value in enumerate(noise(21))])
    step = find_drift([value + (0.15 if i >= 12 else 0.0) for i, value in enumerate(noise(24))])
    assert (creep.kind, step.kind, find_drift(noise(30)).kind) == ("creep", "step", "steady")
    assert creep.trend is not None
    assert creep.trend.slope == pytest.approx(log1p(0.01), abs=0.003)
    assert [one.place for one in step.steps] == [12]


def test_what_is_sure_and_small_is_steady() -> None:
    assert find_drift([0.0001 * i for i in range(30)]).kind == "steady"
    assert find_drift([0.0] * 10 + [0.01] * 10).kind == "steady"


def test_neighbours_that_are_alike_tell_less() -> None:
    assert serial_correlation([1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, -1.0]) == pytest.approx(0.625)
    assert inflation([1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, -1.0]) == pytest.approx((1.625 / 0.375) ** 0.5)
    assert serial_correlation([1.0, -1.0] * 4) == 0.0
    assert serial_correlation([0.0] * 8) == 0.0
