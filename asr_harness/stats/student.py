"""Student's t distribution, central and noncentral: the only place that asks scipy for its quantiles."""

from __future__ import annotations

from math import isfinite


def t_critical(alpha: float, df: float) -> float:
    """Give what a t statistic exceeds either way with probability alpha, however small that is."""
    from scipy.special import stdtrit

    return -float(stdtrit(df, alpha / 2))


def t_two_sided(statistic: float, df: float) -> float:
    """Two-sided p value of a t statistic."""
    from scipy.special import stdtr

    return 2 * float(stdtr(df, -abs(statistic)))


def noncentral_t(value: float, df: float, noncentrality: float) -> float:
    """Distribution function of the noncentral t distribution, 0 where a large shift makes it underflow."""
    from scipy.special import nctdtr

    probability = float(nctdtr(df, noncentrality, value))
    return probability if isfinite(probability) else 0.0
