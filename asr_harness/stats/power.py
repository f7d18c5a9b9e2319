"""What evidence can show: minimum detectable effects, and the runs or pairs that an effect needs.

Powers are those of two-sided t tests, by the noncentral t distribution (Cohen, Statistical Power Analysis for
the Behavioral Sciences, 2nd ed., 1988, ch. 2).
"""

from __future__ import annotations

from functools import lru_cache
from math import inf, sqrt
from typing import TYPE_CHECKING

from asr_harness.stats.difference import ALPHA
from asr_harness.stats.student import noncentral_t, t_critical

if TYPE_CHECKING:
    from collections.abc import Callable

POWER = 0.9
MAX_RUNS = 1000
"""Runs, or pairs, beyond which an effect counts as out of reach."""


N_SHARES = 16
"""Points at which the power of Welch's test is averaged."""
FAR = 100.0
"""Where noncentral t, whose series gets slow, is what its denominator makes of it, within a hundredth."""
MANY_RUNS = 30
"""Runs a side from which on Welch's test has nearly the pooled test's degrees of freedom."""


def two_sample_df(n_runs: float, prior_df: float = 0.0) -> float:
    """Degrees of freedom of a spread pooled over two sides of `n_runs`, and of what other cases lend."""
    return 2 * (n_runs - 1) + prior_df


def minimum_detectable_effect(
    between_run_sd: float,
    n_runs: float,
    *,
    df: float | None = None,
    prior_df: float = 0.0,
    alpha: float = ALPHA,
    power: float = POWER,
) -> float | None:
    """Give the smallest difference that `n_runs` a side would show, in the unit of the standard deviation.

    `df` are the degrees of freedom of that standard deviation where others than the two sides tell it; else
    the test is Welch's, to which other cases lend `prior_df`. None where the sides have a single run each:
    their spread is then unknown.
    """
    if df is not None:
        return between_run_sd * _noncentrality(df, alpha, power) * sqrt(2 / n_runs)
    return None if n_runs < 2 else between_run_sd * _two_sample(n_runs, prior_df, alpha, power)  # noqa: PLR2004


def runs_needed(
    between_run_sd: float, effect: float, *, alpha: float = ALPHA, power: float = POWER, prior_df: float = 0.0
) -> int | None:
    """Give the runs a side that would show an effect; None where `MAX_RUNS` would not.

    `prior_df` are the degrees of freedom that other cases add to those of the two sides.
    """

    def smallest(n_runs: int) -> float:
        if n_runs < 2:  # noqa: PLR2004
            return inf
        return between_run_sd * _two_sample(n_runs, prior_df, alpha, power)

    return _fewest(smallest, effect)


def minimum_detectable_paired_effect(
    sd: float, n_pairs: int, *, alpha: float = ALPHA, power: float = POWER
) -> float | None:
    """Give the smallest mean difference that `n_pairs` would show, as `minimum_detectable_effect` does.

    `sd` is the standard deviation of the pairs' differences (Cohen, 1988, sec. 2.3.4). None with one pair.
    """
    return None if n_pairs < 2 else sd * _one_sample(n_pairs, alpha, power)  # noqa: PLR2004


def minimum_detectable(error: float, df: float, *, alpha: float = ALPHA, power: float = POWER) -> float:
    """Give the smallest difference that an estimate with this standard error would show."""
    return error * _noncentrality(df, alpha, power)


def pairs_needed(sd: float, effect: float, *, alpha: float = ALPHA, power: float = POWER) -> int | None:
    """Give the pairs that would show an effect; None where `MAX_RUNS` would not."""

    def smallest(n_pairs: int) -> float:
        return inf if n_pairs < 2 else sd * _one_sample(n_pairs, alpha, power)  # noqa: PLR2004

    return _fewest(smallest, effect)


def _fewest(smallest: Callable[[int], float], effect: float) -> int | None:
    """Find the fewest runs that show an effect, where more of them show a smaller one."""
    if not effect or smallest(MAX_RUNS) > abs(effect):
        return None
    low, high = 1, MAX_RUNS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if smallest(middle) <= abs(effect) else (middle, high)
    return high


@lru_cache(maxsize=4096)
def _two_sample(n_runs: float, prior_df: float, alpha: float, power: float) -> float:
    """Minimum detectable effect of two sides in standard deviations of a run, by Welch's test.

    Its degrees of freedom follow from how the two estimated variances share out, which is a beta variable and
    independent of their sum where the true ones are alike: the power is the mean over it.
    """
    if n_runs >= MANY_RUNS:
        return _noncentrality(two_sample_df(n_runs, prior_df), alpha, power) * sqrt(2 / n_runs)

    import numpy as np
    from scipy.optimize import brentq
    from scipy.special import betaincinv, chdtr, nctdtr, stdtrit

    half, df = (n_runs - 1) / 2, two_sample_df(n_runs, prior_df)
    shares = betaincinv(half, half, (np.arange(N_SHARES) + 0.5) / N_SHARES)
    critical = -stdtrit((n_runs - 1) / (shares**2 + (1 - shares) ** 2) + prior_df, alpha / 2)

    def missing_power(noncentrality: float) -> float:
        is_far = np.maximum(noncentrality, critical) > FAR
        near = 1 - np.nan_to_num(nctdtr(df, np.where(is_far, 0.0, noncentrality), critical))
        # Far out the estimate itself scatters by next to nothing, and what its error is found to be decides.
        far = chdtr(df, df * (noncentrality / critical) ** 2)
        return float(np.mean(np.where(is_far, far, near))) - power

    highest = float(critical.max()) + 1.0
    while missing_power(highest) < 0:
        highest *= 2
    return float(brentq(missing_power, 0.0, highest)) * sqrt(2 / n_runs)


def _one_sample(n_pairs: int, alpha: float, power: float) -> float:
    """Minimum detectable effect of pairs in standard deviations of a difference."""
    return _noncentrality(n_pairs - 1, alpha, power) / sqrt(n_pairs)


@lru_cache(maxsize=4096)
def _noncentrality(df: float, alpha: float, power: float) -> float:
    """Give the noncentrality at which a two-sided t test has a power."""
    from scipy.optimize import brentq

    critical = t_critical(alpha, df)

    def missing_power(noncentrality: float) -> float:
        return 1 - noncentral_t(critical, df, noncentrality) - power

    highest = critical + 1.0
    while missing_power(highest) < 0:
        highest *= 2
    return float(brentq(missing_power, 0.0, highest))
