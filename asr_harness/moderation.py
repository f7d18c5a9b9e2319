"""Few runs tell a case's spread badly; the other cases that the same runs measured tell what spread is usual.

Smyth, Linear models and empirical Bayes methods for assessing differential expression in microarray
experiments, Statistical Applications in Genetics and Molecular Biology 3(1), 2004: true variances are taken
to follow a scaled inverse chi-square distribution, which the estimated ones give away; each estimate is drawn
towards its centre, and gains the degrees of freedom that the centre is worth. Two steps are more careful than
there, as a noisy machine is no microarray: noise that cases have in common lessens what they can tell of each
other, and a case that varies more than usual keeps its own variance.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, isinf, log, sqrt
from typing import TYPE_CHECKING

import numpy as np

from asr_harness.stats import Difference, mean, with_error

if TYPE_CHECKING:
    from collections.abc import Sequence

FEWEST_CASES, FEWEST_RUNS = 8, 4
"""Cases, and runs a side, below which what is usual would itself be a guess."""
CAUTION = 1.0
"""Standard errors by which the cases are taken to be less alike than they look."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What variances are usual, and the degrees of freedom that this is worth; infinite if all seem alike."""

    variance: float
    freedom: float


def fit_prior(
    variances: Sequence[float], freedoms: Sequence[float], in_common: float = 0.0, caution: float = 0.0
) -> Prior:
    """Fit the scaled inverse chi-square distribution of true variances to estimated ones, by moments.

    Smyth 2004, section 6.2. `in_common` is the share of their chance deviations that the estimates have in
    common: it does not show among them, and would be taken for likeness. True variances are taken to differ
    by so many standard errors more than it seems: too alike would be too sure.
    """
    from scipy.special import digamma, polygamma

    halves = np.asarray(freedoms) / 2
    logs = np.log(variances) - digamma(halves) + np.log(halves)
    by_chance = float(np.mean(polygamma(1, halves)))
    seen = float(np.var(logs, ddof=1))
    beyond_chance = seen * (1 + caution * sqrt(2 / (len(logs) - 1))) - (1 - in_common) * by_chance
    if beyond_chance <= 0:
        return Prior(float(np.average(variances, weights=freedoms)), inf)
    half = _inverse_trigamma(beyond_chance)
    return Prior(exp(float(np.mean(logs)) + float(digamma(half)) - log(half)), 2 * half)


def in_common(deviations: Sequence[Sequence[float]], freedom: float) -> float:
    """Give the mean squared correlation of cases' deviations [cases, runs], less what chance makes of none.

    The estimated variances of two normal samples that correlate by r correlate by r². `freedom` is that of
    the deviations, the runs less the sides.
    """
    rows = np.asarray(deviations)
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    n_cases = len(rows)
    squared = (float(((rows @ rows.T) ** 2).sum()) - n_cases) / (n_cases * (n_cases - 1))
    return min(1.0, max(0.0, (freedom * squared - 1) / (freedom - 1))) if freedom > 1 else 1.0


def moderate(
    differences: Sequence[Difference], deviations: Sequence[Sequence[float]], alpha: float
) -> list[Difference]:
    """Draw the variances of cases that the same runs measured towards what is usual, none below its own.

    `deviations` [cases, runs] are from each side's mean. The degrees of freedom of all together, fewer by
    what the cases have in common, are the most that any of them has. Differences without error, and too
    few others, stay as they are.
    """
    varied = [i for i, difference in enumerate(differences) if difference.error > 0]
    if len(varied) < FEWEST_CASES:
        return list(differences)
    own = [differences[i] for i in varied]
    freedom = mean([one.freedom for one in own])
    shared = in_common([deviations[i] for i in varied], len(deviations[0]) - 2)
    most = freedom / ((1 - shared) / len(own) + shared) - freedom
    prior = fit_prior([one.error**2 for one in own], [one.freedom for one in own], shared, CAUTION)
    found = list(differences)
    for i, one in zip(varied, own, strict=True):
        found[i] = _moderated(one, prior, most, alpha)
    return found


def _moderated(one: Difference, prior: Prior, most: float, alpha: float) -> Difference:
    gained = min(prior.freedom, most)
    share = 1.0 if isinf(prior.freedom) else prior.freedom / (prior.freedom + one.freedom)
    variance = share * prior.variance + (1 - share) * one.error**2
    return with_error(one, max(one.error, sqrt(variance)), gained, alpha)


def _inverse_trigamma(value: float) -> float:
    """Solve trigamma(x) = value, which falls from infinity to nought."""
    from scipy.optimize import brentq
    from scipy.special import polygamma

    return float(brentq(lambda x: float(polygamma(1, x)) - value, 1e-8, 1e8, rtol=1e-12))
