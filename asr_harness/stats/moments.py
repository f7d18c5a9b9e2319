"""Means and spreads of samples, and what a mean of logarithms is as a change."""

from __future__ import annotations

from math import expm1, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_LOG_RATIO = 700.0
"""Near the largest logarithm whose exponential is a finite float."""


def mean(values: Sequence[float]) -> float:
    """Arithmetic mean."""
    return sum(values) / len(values)


def standard_deviation(values: Sequence[float]) -> float | None:
    """Sample standard deviation; None for fewer than two values."""
    if len(values) < 2:  # noqa: PLR2004
        return None
    centre = mean(values)
    return sqrt(sum((value - centre) ** 2 for value in values) / (len(values) - 1))


def pooled_variance(groups: Sequence[Sequence[float]]) -> float:
    """Variance within groups, each weighted by its degrees of freedom; some group must have two values."""
    several = [group for group in groups if len(group) > 1]
    squares = sum((len(group) - 1) * (standard_deviation(group) or 0.0) ** 2 for group in several)
    return squares / sum(len(group) - 1 for group in several)


def as_change(log_ratio: float) -> float:
    """Give the relative change that the logarithm of a ratio is: 0.05 is 5 %, and none is infinite."""
    return expm1(min(log_ratio, MAX_LOG_RATIO))
