"""Empirical-Bayes variance shrinkage: limma's squeezeVar, with two steps that are more careful.

Few runs estimate a case's variance badly; the other cases that the same runs measured tell what is usual.
True variances are taken to follow a scaled inverse chi-square distribution, whose parameters the estimated
ones give away; each estimate is shrunk towards its centre, and gains the degrees of freedom that the centre
is worth (Smyth, Linear models and empirical Bayes methods for assessing differential expression in microarray
experiments, Statistical Applications in Genetics and Molecular Biology 3(1), 2004). A noisy machine is no
microarray: noise that cases have in common lessens what they can tell of each other, and a case that varies
more than usual keeps its own variance.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, isinf, log, sqrt
from typing import TYPE_CHECKING

from asr_harness.stats.difference import Difference, with_error
from asr_harness.stats.moments import mean

if TYPE_CHECKING:
    from collections.abc import Sequence

MIN_CASES, MIN_RUNS = 8, 4
"""Cases, and runs a side, below which what is usual would itself be a guess."""
CAUTION = 1.0
"""Standard errors by which the cases are taken to be less alike than they look."""


@dataclass(frozen=True, slots=True)
class Prior:
    """The usual variance, and the degrees of freedom that it is worth; infinite if all cases seem alike."""

    variance: float
    df: float


def fit_prior(
    variances: Sequence[float], dfs: Sequence[float], common: float = 0.0, caution: float = 0.0
) -> Prior:
    """Fit the scaled inverse chi-square distribution of true variances to estimated ones, by moments.

    Smyth 2004, section 6.2. `common` is the share of their chance deviations that the estimates have in
    common: it does not show among them, and would be taken for likeness. True variances are taken to differ
    by `caution` standard errors more than it seems: too alike would be too sure.
    """
    import numpy as np
    from scipy.special import digamma, polygamma

    halves = np.asarray(dfs) / 2
    logs = np.log(variances) - digamma(halves) + np.log(halves)
    by_chance = float(np.mean(polygamma(1, halves)))
    observed = float(np.var(logs, ddof=1))
    beyond_chance = observed * (1 + caution * sqrt(2 / (len(logs) - 1))) - (1 - common) * by_chance
    if beyond_chance <= 0:
        return Prior(float(np.average(variances, weights=dfs)), inf)
    half = _inverse_trigamma(beyond_chance)
    return Prior(exp(float(np.mean(logs)) + float(digamma(half)) - log(half)), 2 * half)


def common_share(deviations: Sequence[Sequence[float]], df: float) -> float:
    """Give the mean squared correlation of cases' deviations [cases, runs], less what chance makes of none.

    The estimated variances of two normal samples that correlate by r correlate by r². `df` is that of the
    deviations, the runs less the sides.
    """
    import numpy as np

    rows = np.asarray(deviations)
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    n_cases = len(rows)
    squared = (float(((rows @ rows.T) ** 2).sum()) - n_cases) / (n_cases * (n_cases - 1))
    return min(1.0, max(0.0, (df * squared - 1) / (df - 1))) if df > 1 else 1.0


def shrink_variances(
    differences: Sequence[Difference], deviations: Sequence[Sequence[float]], alpha: float
) -> list[Difference]:
    """Shrink the variances of cases that the same runs measured towards the usual one, none below its own.

    `deviations` [cases, runs] are from each side's mean. The degrees of freedom of all together, fewer by
    what the cases have in common, are the most that any of them has. Differences without error, and fewer
    than `MIN_CASES` with one, stay as they are.
    """
    varied = [i for i, difference in enumerate(differences) if difference.error > 0]
    if len(varied) < MIN_CASES:
        return list(differences)
    own = [differences[i] for i in varied]
    df = mean([difference.df for difference in own])
    common = common_share([deviations[i] for i in varied], len(deviations[0]) - 2)
    max_prior_df = df / ((1 - common) / len(own) + common) - df
    prior = fit_prior(
        [difference.error**2 for difference in own], [difference.df for difference in own], common, CAUTION
    )
    shrunk = list(differences)
    for i, difference in zip(varied, own, strict=True):
        shrunk[i] = _shrunk(difference, prior, max_prior_df, alpha)
    return shrunk


def _shrunk(difference: Difference, prior: Prior, max_prior_df: float, alpha: float) -> Difference:
    share = 1.0 if isinf(prior.df) else prior.df / (prior.df + difference.df)
    variance = share * prior.variance + (1 - share) * difference.error**2
    error = max(difference.error, sqrt(variance))
    return with_error(difference, error, min(prior.df, max_prior_df), alpha)


def _inverse_trigamma(value: float) -> float:
    """Solve trigamma(x) = value, which falls from infinity to nought."""
    from scipy.optimize import brentq
    from scipy.special import polygamma

    return float(brentq(lambda x: float(polygamma(1, x)) - value, 1e-8, 1e8, rtol=1e-12))
