"""The ratio estimator: a pooled rate, sum(y) / sum(x), with independent units (y, x) such as talks.

Cochran, Sampling Techniques, 3rd ed., 1977, section 6.4.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from asr_harness.stats.student import t_critical

if TYPE_CHECKING:
    from collections.abc import Sequence

MIN_UNITS = 2


def ratio_error(units: Sequence[tuple[float, float]], ratio: float) -> float:
    """Standard error of a ratio by its linearised variance: that of the residuals y - ratio · x.

    There are two units or more.
    """
    n, total = len(units), sum(x for _, x in units)
    squares = sum((y - ratio * x) ** 2 for y, x in units)
    return sqrt(n / (n - 1) * squares) / total


def ratio_interval(
    units: Sequence[tuple[float, float]], alpha: float = 0.05
) -> tuple[float | None, float | None]:
    """Give the interval of sum(y) / sum(x) by Student's t for units - 1 degrees of freedom, not below 0.

    None for fewer than two units. Where nothing went wrong the units say nothing of their spread, and not
    that the rate is 0: Clopper and Pearson, Biometrika 26, 1934, as if words were independent, which is the
    least that it can be.
    """
    if len(units) < MIN_UNITS:
        return None, None
    total = sum(x for _, x in units)
    rate = sum(y for y, _ in units) / total
    if not rate:
        return 0.0, 1 - (alpha / 2) ** (1 / total)
    half = t_critical(alpha, len(units) - 1) * ratio_error(units, rate)
    return max(0.0, rate - half), rate + half
