"""Statistics of runs: pure functions, each with the source of its formula."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ALPHA = 0.01
POWER = 0.9


def smallest_effect(
    between_run_sd: float, n_runs: int, *, alpha: float = ALPHA, power: float = POWER
) -> float | None:
    """Give the smallest difference that `n_runs` a side would show, in the unit of the standard deviation.

    The power of a two-sided two-sample t test, by the noncentral t distribution (Cohen, Statistical Power
    Analysis for the Behavioral Sciences, 2nd ed., 1988, ch. 2). None with a single run a side: its spread
    is then unknown.
    """
    from scipy.optimize import brentq
    from scipy.stats import nct, t

    if n_runs < 2:  # noqa: PLR2004
        return None
    freedom = 2 * (n_runs - 1)
    critical = t.ppf(1 - alpha / 2, freedom)

    def missing_power(shift: float) -> float:
        return float(nct.sf(critical, freedom, shift)) - power

    # Few runs need a shift far above the normal one; 20 more covers even two runs a side at alpha 0.001.
    shift = brentq(missing_power, 0.0, critical + NormalDist().inv_cdf(power) * 10 + 20)
    return float(shift) * between_run_sd * sqrt(2 / n_runs)


def standard_deviation(values: Sequence[float]) -> float | None:
    """Sample standard deviation; None for fewer than two values."""
    if len(values) < 2:  # noqa: PLR2004
        return None
    mean = sum(values) / len(values)
    return sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
