"""The Hodges-Lehmann estimator: where a sample lies, nearly as sharp as the mean, and robust."""

from __future__ import annotations

from itertools import combinations_with_replacement
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def hodges_lehmann(values: Sequence[float]) -> float:
    """Give the median of the means of all pairs of values, each with itself as well.

    Hodges and Lehmann, Estimates of location based on rank tests, Annals of Mathematical Statistics 34, 1963:
    on normal samples 1.5 times as efficient as the median, and a quarter of the sample may be anything.
    Raises StatisticsError without a value.
    """
    return median((a + b) / 2 for a, b in combinations_with_replacement(values, 2))
