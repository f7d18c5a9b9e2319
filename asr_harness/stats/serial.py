"""How alike neighbours of a series are, and how much less n of them tell than n independent values would."""

from __future__ import annotations

from itertools import pairwise
from math import sqrt
from typing import TYPE_CHECKING

from asr_harness.stats.moments import mean

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_CORRELATION = 0.7
ONE_IN_TWENTY = 1.645


def serial_correlation(residuals: Sequence[float]) -> float:
    """Give the correlation of neighbours, 0 where chance alone shows as much once in twenty, 0.7 at most.

    Taken as it comes, it would cost a series without any a tenth of its power (Hamed and Rao, Journal of
    Hydrology 204, 1998, leave out what is not significant as well).
    """
    n = len(residuals)
    centre = mean(residuals)
    deviations = [value - centre for value in residuals]
    squares = sum(value * value for value in deviations)
    if not squares:
        return 0.0
    raw = sum(a * b for a, b in pairwise(deviations)) / squares
    return min(raw, MAX_CORRELATION) if raw > ONE_IN_TWENTY / sqrt(n) else 0.0


def inflation(residuals: Sequence[float]) -> float:
    """Give by what a standard error grows: sqrt((1 + r) / (1 - r)) (Yue and Wang, Water Resources
    Management 18, 2004).
    """
    r = serial_correlation(residuals)
    return sqrt((1 + r) / (1 - r))
