"""The result of every test of two sides: an estimate, its interval, its p value and its spread."""

from __future__ import annotations

from dataclasses import dataclass, replace

from asr_harness.stats.student import t_critical, t_two_sided

ALPHA = 0.01
"""False-alarm rate of a comparison, unless another is chosen."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of two sides, candidate less base, with its interval at level 1 - alpha and its p value.

    `error` is the standard error of the estimate and `df` its degrees of freedom, of which `prior_df` come
    from the variances of other cases; `sd` is the spread between the runs of one side, pooled.
    """

    estimate: float
    low: float
    high: float
    p: float
    sd: float
    df: float
    error: float = 0.0
    prior_df: float = 0.0

    def at_most(self, alpha: float) -> float:
        """Give the one-sided upper confidence bound at level 1 - alpha."""
        return self.estimate + (t_critical(2 * alpha, self.df) * self.error if self.error else 0.0)

    def at_least(self, alpha: float) -> float:
        """Give the one-sided lower confidence bound at level 1 - alpha."""
        return self.estimate - (t_critical(2 * alpha, self.df) * self.error if self.error else 0.0)


def t_difference(estimate: float, error: float, sd: float, df: float, alpha: float) -> Difference:
    """Bound and test an estimate by Student's t; `error`, its standard error, is above 0."""
    half = t_critical(alpha, df) * error
    p = t_two_sided(estimate / error, df)
    return Difference(estimate, estimate - half, estimate + half, p, sd, df, error)


def exact_difference(estimate: float, df: float) -> Difference:
    """Take an estimate without any spread for exact: p is 0, or 1 where there is no difference."""
    return Difference(estimate, estimate, estimate, 0.0 if estimate else 1.0, 0.0, df)


def with_error(difference: Difference, error: float, prior_df: float, alpha: float) -> Difference:
    """Give the same difference with another standard error, which degrees of freedom are added to."""
    sd = difference.sd * error / difference.error
    changed = t_difference(difference.estimate, error, sd, difference.df + prior_df, alpha)
    return replace(changed, prior_df=prior_df)
