"""A creep: the Mann–Kendall test of a series against its order, and Sen's slope.

Kendall's tau between values and their places (Mann, Econometrica 13, 1945), the median of all pairwise slopes
(Sen, JASA 63, 1968). Neighbours that are alike make the test less sure (`stats.serial`). Values may have
weights: a pair then counts by the product of theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, inf, sqrt
from statistics import NormalDist, median
from typing import TYPE_CHECKING

from asr_harness.stats.serial import inflation

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

MIN_TREND_POINTS = 7
"""Of fewer, not even a series that never falls has a p value of 0.001."""

MAX_VALUES = 1000
"""Of which all slopes are kept."""
BRACKET = (0.4, 0.6)
"""Shares of the slopes that Sen's slope and its interval lie between, of a thousand values or more."""

FLOOR_SHARE = 2.0
"""Of the median variance that readings are told to have: what each has besides."""


@dataclass(frozen=True, slots=True)
class Trend:
    """Sen's slope a point with its 95 % interval, and the two-sided p value of there being none."""

    slope: float
    low: float
    high: float
    p: float


def mann_kendall(values: Sequence[float], weights: Sequence[float] | None = None) -> Trend | None:
    """Test a series for a trend; None where there are fewer than 7 values."""
    if len(values) < MIN_TREND_POINTS:
        return None
    slope, intercept, low, high = sen_slope(values)
    residuals = [value - intercept - slope * place for place, value in enumerate(values)]
    z = (kendall_z(values) if weights is None else weighted_z(values, weights)) / inflation(residuals)
    return Trend(slope, low, high, erfc(abs(z) / sqrt(2)))


def sen_slope(values: Sequence[float]) -> tuple[float, float, float, float]:
    """Give Sen's slope a place, the intercept, and the slope's 95 % interval (his equation 2.6).

    As `scipy.stats.theilslopes`, which takes half a second to import.
    """
    import numpy as np

    array, n = np.asarray(values, dtype=float), len(values)
    n_pairs = n * (n - 1) // 2
    half_width = NormalDist().inv_cdf(0.975) * sqrt(_variance(array))
    ends = max(round((n_pairs - half_width) / 2) - 1, 0), min(round((n_pairs + half_width) / 2), n_pairs - 1)
    low, high, *middle = _slopes_at(array, (*ends, (n_pairs - 1) // 2, n_pairs // 2))
    slope = sum(middle) / 2
    intercept = float(np.median(array)) - slope * (n - 1) / 2
    return slope, intercept, low, high


def _slopes_at(array: NDArray[np.float64], ranks: Sequence[int]) -> list[float]:
    """Give the pairwise slopes of these ranks, counted from 0, which are near the middle one.

    Of ten thousand values all slopes take 400 MB: those about the median of every n-th value's are enough.
    """
    n_below, slopes = _slopes_between(array, *_bracket(array))
    if min(ranks) < n_below or max(ranks) >= n_below + len(slopes):
        n_below, slopes = _slopes_between(array, -inf, inf)
    places = [rank - n_below for rank in ranks]
    # Sorting all takes several times as long.
    slopes.partition(places)
    return [float(slopes[place]) for place in places]


def _bracket(array: NDArray[np.float64]) -> tuple[float, float]:
    import numpy as np

    step = -(-len(array) // MAX_VALUES)
    if step == 1:
        return -inf, inf
    _, slopes = _slopes_between(array[::step], -inf, inf)
    low, high = np.quantile(slopes / step, BRACKET)
    return float(low), float(high)


def _slopes_between(array: NDArray[np.float64], low: float, high: float) -> tuple[int, NDArray[np.float64]]:
    """Count the pairwise slopes that are lower, and give those in between."""
    import numpy as np

    n_below, kept = 0, []
    for lag in range(1, len(array)):
        slopes = (array[lag:] - array[:-lag]) / lag
        n_below += int(np.count_nonzero(slopes < low))
        kept.append(slopes[(slopes >= low) & (slopes <= high)])
    return n_below, np.concatenate(kept)


def kendall_z(values: Sequence[float]) -> float:
    """Give Mann's statistic in standard errors, corrected for ties and for continuity."""
    import numpy as np

    array = np.asarray(values, dtype=float)
    s = sum(float(np.sign(array[place + 1 :] - value).sum()) for place, value in enumerate(array))
    variance = _variance(array)
    return (s - np.sign(s)) / sqrt(variance) if variance else 0.0


def _variance(array: NDArray[np.float64]) -> float:
    """Give the variance of Mann's statistic where there is no trend, corrected for ties."""
    import numpy as np

    n = len(array)
    _, ties = np.unique(array, return_counts=True)
    return (n * (n - 1) * (2 * n + 5) - float((ties * (ties - 1) * (2 * ties + 5)).sum())) / 18


def weighted_z(values: Sequence[float], weights: Sequence[float]) -> float:
    """Give the weighted sum of signs over pairs in standard errors.

    Its variance is that over all orders of the pairs of value and weight: for an antisymmetric kernel K with
    row sums r it is (sum of r squared + sum of K squared over pairs) / 3, which for equal weights is Mann's.
    """
    import numpy as np

    array, weight = np.asarray(values, dtype=float), np.asarray(weights, dtype=float)
    total = squares = 0.0
    # Row by row: all pairs of thousands of values would take hundreds of megabytes.
    for place, value in enumerate(array):
        row = weight[place] * weight * np.sign(array - value)
        above = row[place + 1 :]
        total += float(above.sum())
        squares += float(row.sum()) ** 2 + float(above @ above)
    return total / sqrt(squares / 3) if squares else 0.0


def trust(variances: Sequence[float], n_readings: Sequence[int]) -> list[float]:
    """Give weights to points from how unsteady each was, and how many readings it is the mean of.

    The largest is 1. As much as is usual is added to each variance: a steady hour proves no exact reading.
    """
    usual = FLOOR_SHARE * median(variances)
    if not usual:
        return [1.0] * len(variances)
    weights = [n / (usual + variance) for variance, n in zip(variances, n_readings, strict=True)]
    return [weight / max(weights) for weight in weights]
