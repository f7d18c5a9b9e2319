"""A creep: the Mann–Kendall test of a series against its order, and Sen's slope.

Kendall's tau between values and their places (Mann, Econometrica 13, 1945), the median of all pairwise slopes
(Sen, JASA 63, 1968). Neighbours that are alike make the test less sure (`stats.serial`).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

from asr_harness.stats.serial import inflation

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

MIN_TREND_POINTS = 7
"""Of fewer, not even a series that never falls has a p value of 0.001."""


@dataclass(frozen=True, slots=True)
class Trend:
    """Sen's slope a point with its 95 % interval, and the two-sided p value of there being none."""

    slope: float
    low: float
    high: float
    p: float


def mann_kendall(values: Sequence[float]) -> Trend | None:
    """Test a series for a trend; None where there are fewer than 7 values."""
    if len(values) < MIN_TREND_POINTS:
        return None
    slope, intercept, low, high = sen_slope(values)
    residuals = [value - intercept - slope * place for place, value in enumerate(values)]
    z = kendall_z(values) / inflation(residuals)
    return Trend(slope, low, high, erfc(abs(z) / sqrt(2)))


def sen_slope(values: Sequence[float]) -> tuple[float, float, float, float]:
    """Give Sen's slope a place, the intercept, and the slope's 95 % interval (his equation 2.6).

    As `scipy.stats.theilslopes`, which takes half a second to import.
    """
    import numpy as np

    array, n = np.asarray(values, dtype=float), len(values)
    later, earlier = np.tril_indices(n, -1)
    slopes = np.sort((array[later] - array[earlier]) / (later - earlier))
    slope = float(np.median(slopes))
    half_width = NormalDist().inv_cdf(0.975) * sqrt(_variance(array))
    low = max(round((len(slopes) - half_width) / 2) - 1, 0)
    high = min(round((len(slopes) + half_width) / 2), len(slopes) - 1)
    intercept = float(np.median(array)) - slope * (n - 1) / 2
    return slope, intercept, float(slopes[low]), float(slopes[high])


def kendall_z(values: Sequence[float]) -> float:
    """Give Mann's statistic in standard errors, corrected for ties and for continuity."""
    import numpy as np

    array = np.asarray(values, dtype=float)
    s = float(np.triu(np.sign(array[None, :] - array[:, None]), 1).sum())
    variance = _variance(array)
    return (s - np.sign(s)) / sqrt(variance) if variance else 0.0


def _variance(array: NDArray[np.float64]) -> float:
    """Give the variance of Mann's statistic where there is no trend, corrected for ties."""
    import numpy as np

    n = len(array)
    _, ties = np.unique(array, return_counts=True)
    return (n * (n - 1) * (2 * n + 5) - float((ties * (ties - 1) * (2 * ties + 5)).sum())) / 18
