"""Tests of means: two sides of runs, a side of one run against former runs, and pairs."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from asr_harness.stats.difference import ALPHA, exact_difference, t_difference
from asr_harness.stats.moments import mean, pooled_variance, standard_deviation

MIN_IN_ORDER = 4
"""Pairs below which the order of the sides cannot be told from their difference."""

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.stats.difference import Difference


def welch(base: Sequence[float], candidate: Sequence[float], alpha: float = ALPHA) -> Difference | None:
    """Compare the means of two sides without taking their spreads for equal; None with under two runs a side.

    Welch, The generalization of Student's problem when several different population variances are involved,
    Biometrika 34, 1947. Sides that do not vary at all are told apart exactly: p is 0 or 1.
    """
    spreads = standard_deviation(base), standard_deviation(candidate)
    if spreads[0] is None or spreads[1] is None:
        return None
    estimate = mean(candidate) - mean(base)
    errors = spreads[0] ** 2 / len(base), spreads[1] ** 2 / len(candidate)
    error = sqrt(sum(errors))
    if error <= 1e-12 * max(abs(mean(base)), abs(mean(candidate)), 1e-300):
        return exact_difference(estimate, len(base) + len(candidate) - 2)
    base_share = errors[0] / sum(errors)
    df = 1 / (base_share**2 / (len(base) - 1) + (1 - base_share) ** 2 / (len(candidate) - 1))
    return t_difference(estimate, error, sqrt(pooled_variance((base, candidate))), df, alpha)


def two_sided(base: Sequence[float], candidate: Sequence[float], alpha: float = ALPHA) -> Difference | None:
    """Compare the means of two sides by the more cautious of Welch's test and Student's with a pooled spread.

    Where one side has two or three runs and the other many, the few agree by chance now and then, and Welch's
    test takes that for their spread: false alarms at a strict level come several times as often as it says
    (Best and Rayner, Welch's approximate solution for the Behrens-Fisher problem, Technometrics 29, 1987, on
    samples under 5). The pooled spread is not deceived so. Sides of one size have Welch's result. None with
    under two runs a side.
    """
    separate, pooled = welch(base, candidate, alpha), against_history(base, candidate, (), alpha)
    if separate is None or pooled is None:
        return None
    return max(separate, pooled, key=lambda difference: difference.p)


def against_history(
    base: Sequence[float],
    candidate: Sequence[float],
    history: Sequence[Sequence[float]],
    alpha: float = ALPHA,
) -> Difference | None:
    """Compare sides of which one has a single run, by the spread that former groups of runs had.

    Each group of `history` holds runs of one code; their variance within groups is pooled with that of the
    sides, as in a one-way analysis of variance. None where the variance cannot be estimated.
    """
    groups = [*history, base, candidate]
    df = sum(max(len(group) - 1, 0) for group in groups)
    if df < 1 or not base or not candidate:
        return None
    sd = sqrt(pooled_variance(groups))
    estimate = mean(candidate) - mean(base)
    error = sd * sqrt(1 / len(base) + 1 / len(candidate))
    return t_difference(estimate, error, sd, df, alpha) if error else exact_difference(estimate, df)


def paired_in_order(
    differences: Sequence[float], is_base_first: Sequence[bool], alpha: float = ALPHA
) -> Difference | None:
    """Compare by the differences of pairs, the order of their sides a covariate of +1 and -1.

    The intercept of the regression, with two degrees of freedom fewer than pairs (Grizzle, The two-period
    change-over design and its use in clinical trials, Biometrics 21, 1965): what starting second costs is no
    difference of the sides, and no noise either. The plain paired test where the order never changed, or
    leaves too few.
    """
    n, signs = len(differences), [1.0 if first else -1.0 for first in is_base_first]
    if n < MIN_IN_ORDER or len(set(signs)) == 1:
        return paired(differences, alpha)
    centre, middle = mean(signs), mean(differences)
    spread = sum((sign - centre) ** 2 for sign in signs)
    slope = sum((sign - centre) * each for sign, each in zip(signs, differences, strict=True)) / spread
    estimate = middle - slope * centre
    squares = sum(
        (each - estimate - slope * sign) ** 2 for sign, each in zip(signs, differences, strict=True)
    )
    sd = sqrt(squares / (n - 2))
    error = sd * sqrt(1 / n + centre**2 / spread)
    return t_difference(estimate, error, sd, n - 2, alpha) if error else exact_difference(estimate, n - 2)


def paired(differences: Sequence[float], alpha: float = ALPHA) -> Difference | None:
    """Compare by the differences of pairs (Student, The probable error of a mean, Biometrika 6, 1908).

    None with fewer than two pairs.
    """
    sd = standard_deviation(differences)
    if sd is None:
        return None
    estimate, df = mean(differences), len(differences) - 1
    error = sd / sqrt(len(differences))
    return t_difference(estimate, error, sd, df, alpha) if error else exact_difference(estimate, df)
