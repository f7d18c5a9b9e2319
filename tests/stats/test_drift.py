"""A creep against scipy, and which of two accounts of a series is kept."""

import random
from math import log1p

import numpy as np
import pytest
from scipy.stats import kendalltau, theilslopes

from asr_harness.stats import find_drift, mann_kendall, trend
from asr_harness.stats.serial import inflation, serial_correlation
from asr_harness.stats.trend import kendall_z, sen_slope, trust, weighted_z


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


@pytest.mark.parametrize("share", [0.002, 0.2])
def test_sens_slope_of_many_values_is_that_of_all_pairs(
    share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    # With a bracket that is too narrow as well, beside which all pairs are looked at again.
    values = [value + 0.002 * i for i, value in enumerate(noise(200))]
    expected = sen_slope(values)
    monkeypatch.setattr(trend, "MAX_VALUES", 70)
    monkeypatch.setattr(trend, "BRACKET", (0.5 - share / 2, 0.5 + share / 2))
    assert sen_slope(values) == expected
    n_below, slopes = trend._slopes_between(np.asarray(values), *trend._bracket(np.asarray(values)))
    assert (0 < n_below < 199 * 100 / 2 < n_below + len(slopes)) == (share > 0.1)


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


def test_equal_weights_are_manns_variance() -> None:
    values = noise(20)
    s = sum((b > a) - (b < a) for i, a in enumerate(values) for b in values[i + 1 :])
    assert weighted_z(values, [1.0] * 20) == pytest.approx(s / (20 * 19 * 45 / 18) ** 0.5)
    assert weighted_z(values, [0.1] * 20) == pytest.approx(weighted_z(values, [1.0] * 20))


def test_a_pair_counts_by_both_weights() -> None:
    # Signs +1 (0, 1), -1 (0, 2), -1 (1, 2) with weights 1, 1, 1/2: the sum is 1 - 1/2 - 1/2, nothing.
    assert weighted_z([1.0, 2.0, 0.0], [1.0, 1.0, 0.5]) == 0
    # With weights 1, 1, 1: -1, over the root of ((0 + 4 + 4) + 3) / 3.
    assert weighted_z([1.0, 2.0, 0.0], [1.0, 1.0, 1.0]) == pytest.approx(-1 / (11 / 3) ** 0.5)


def test_trust_falls_with_what_was_unsteady_and_grows_with_readings() -> None:
    # The median variance is 1, of which twice is added: 1 / 3, 1 / 3, 2 / 3, 1 / 12.
    assert trust([1.0, 1.0, 1.0, 10.0], [1, 1, 2, 1]) == pytest.approx([0.5, 0.5, 1.0, 0.125])
    assert trust([0.0, 0.0, 3.0], [1, 1, 1]) == [1.0, 1.0, 1.0]


def test_a_creep_that_unsteady_points_hide_is_found_with_weights() -> None:
    values = [value + 0.01 * i for i, value in enumerate(noise(21))]
    spoils = {1: 0.4, 3: 0.4, 17: -0.4, 19: -0.4}
    spoiled = [value + spoils.get(i, 0.0) for i, value in enumerate(values)]
    variances = [1.0 if i in spoils else 0.001 for i in range(21)]
    alone, weighted = mann_kendall(spoiled), mann_kendall(spoiled, trust(variances, [1] * 21))
    assert alone is not None
    assert weighted is not None
    assert weighted.p < alone.p / 10


def test_a_step_into_three_unsteady_points_is_none() -> None:
    values = [value + (0.3 if 12 <= i < 15 else 0.0) for i, value in enumerate(noise(30))]
    assert find_drift(values, values, [1.0] * 30).kind == "step"
    assert find_drift(values, values, [0.3 if 12 <= i < 15 else 1.0 for i in range(30)]).kind == "steady"
    # One of the three may be unsteady: the other two are as much as is asked for.
    assert find_drift(values, values, [0.3 if i == 13 else 1.0 for i in range(30)]).kind == "step"
