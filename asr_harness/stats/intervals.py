"""Intervals of a mean over runs by Student's t, 95 % unless another level is asked for."""

from __future__ import annotations

from math import exp, log, sqrt
from typing import TYPE_CHECKING

from asr_harness.stats.moments import mean, standard_deviation
from asr_harness.stats.student import t_critical

if TYPE_CHECKING:
    from collections.abc import Sequence


def mean_interval(values: Sequence[float], alpha: float = 0.05) -> tuple[float, float, float]:
    """Give the mean of runs and the ends of its interval.

    Raises ValueError for fewer than two values.
    """
    sd = standard_deviation(values)
    if sd is None:
        raise ValueError(f"{len(values)} values have no interval; two are needed")
    centre, half = mean(values), t_critical(alpha, len(values) - 1) * sd / sqrt(len(values))
    return centre, centre - half, centre + half


def geometric_mean_interval(values: Sequence[float], alpha: float = 0.05) -> tuple[float, float, float]:
    """Give the geometric mean of runs and the ends of its interval, that of their logarithms."""
    centre, low, high = mean_interval([log(value) for value in values], alpha)
    return exp(centre), exp(low), exp(high)


def share_interval(values: Sequence[float], alpha: float = 0.05) -> tuple[float, float, float]:
    """Give the mean of shares over runs and the ends of its interval, held between 0 and 1."""
    centre, low, high = mean_interval(values, alpha)
    return centre, max(0.0, low), min(1.0, high)
