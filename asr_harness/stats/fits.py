"""Least squares with intervals, and rank correlation: pure functions of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from asr_harness.stats.moments import mean
from asr_harness.stats.student import t_critical

if TYPE_CHECKING:
    from collections.abc import Sequence

MIN_POINTS = 3


@dataclass(frozen=True, slots=True)
class FittedLine:
    """y = intercept + slope · x with 95 % intervals (Student's t, n - 2 degrees of freedom) and R²."""

    intercept: float
    intercept_half: float
    slope: float
    slope_half: float
    r_squared: float
    n_points: int

    @property
    def slope_low(self) -> float:
        """Lower end of the slope's interval."""
        return self.slope - self.slope_half

    @property
    def slope_high(self) -> float:
        """Upper end of the slope's interval."""
        return self.slope + self.slope_half


def fit_line(x: Sequence[float], y: Sequence[float]) -> FittedLine | None:
    """Fit by ordinary least squares; None for fewer than three different x.

    Draper and Smith, Applied Regression Analysis, 3rd ed., 1998, sections 1.2 to 1.4.
    """
    n = len(x)
    if len(set(x)) < MIN_POINTS:
        return None
    mean_x, mean_y = mean(x), mean(y)
    spread_x = sum((value - mean_x) ** 2 for value in x)
    slope = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / spread_x
    intercept = mean_y - slope * mean_x
    residual = sum((b - intercept - slope * a) ** 2 for a, b in zip(x, y, strict=True))
    total = sum((value - mean_y) ** 2 for value in y)
    variance, critical = residual / (n - 2), t_critical(0.05, n - 2)
    return FittedLine(
        intercept=intercept,
        intercept_half=critical * sqrt(variance * (1 / n + mean_x**2 / spread_x)),
        slope=slope,
        slope_half=critical * sqrt(variance / spread_x),
        r_squared=1 - residual / total if total else 1.0,
        n_points=n,
    )


def rank_correlation(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Spearman's rho, ties shared; None for fewer than three points or where one side is constant."""
    if len(x) < MIN_POINTS or len(set(x)) == 1 or len(set(y)) == 1:
        return None
    from scipy.stats import spearmanr

    return float(spearmanr(x, y).statistic)
