"""Sequential judgement of paired restarts: look after each one, stop when it is clear, keep the error rate.

The test is the t test's mixture over effect sizes, with the right Haar prior on the spread: a Bayes factor
that is at the same time an e-process, so that it exceeds 1/alpha with probability of at most alpha however
often and whenever one looks (Lai, On confidence sequences, Annals of Statistics 4, 1976; Pérez-Ortiz, Lardy,
de Heide and Grünwald, E-statistics, group invariance and anytime-valid testing, Annals of Statistics 52,
2024). Its closed form is that of Gönen et al., The Bayesian two-sample t test, The American Statistician 59,
2005.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log, log1p, sqrt
from typing import TYPE_CHECKING

from asr_harness.stats import ALPHA, holm, mean, standard_deviation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.types import Verdict

EFFECT_VARIANCE = 10.0
"""Prior variance of effect over spread: effects of some three standard deviations are found soonest."""

MIN_RESTARTS = 4


@dataclass(frozen=True, slots=True)
class Decision:
    """What is known of one case: the mean log ratio, candidate over base, and its simultaneous interval.

    `low` and `high` are None while there are too few restarts to bound it; `p` is anytime-valid.
    """

    verdict: Verdict
    estimate: float | None
    low: float | None
    high: float | None
    p: float
    n: int


def e_value(log_ratios: Sequence[float], null: float = 0.0) -> float:
    """Weigh the evidence against a mean of `null`: an e-value, at most 1 on average if the mean is that."""
    n, spread = len(log_ratios), standard_deviation(log_ratios)
    if spread is None:
        return 1.0
    shift = mean(log_ratios) - null
    if spread == 0.0:
        return 1.0 if shift == 0.0 else inf
    growth = 1 + n * EFFECT_VARIANCE
    tau = n * (shift / spread) ** 2 / (n - 1)
    log_e = n / 2 * (log1p(tau) - log1p(tau / growth)) - log(growth) / 2
    return exp(min(log_e, 700.0))


def interval(log_ratios: Sequence[float], alpha: float = ALPHA) -> tuple[float, float] | None:
    """Bound the mean by every value whose e-value stays below 1/alpha, valid at all looks together.

    None while there are too few restarts to bound it at all.
    """
    n, spread = len(log_ratios), standard_deviation(log_ratios)
    if spread is None:
        return None
    growth = 1 + n * EFFECT_VARIANCE
    factor = (sqrt(growth) / alpha) ** (2 / n)
    if factor >= growth:
        return None
    tau = (factor - 1) / (1 - factor / growth)
    half = spread * sqrt((n - 1) * tau / n)
    centre = mean(log_ratios)
    return centre - half, centre + half


def verdicts(
    cases: Mapping[str, Sequence[float]], *, alpha: float = ALPHA, tolerance: float, margin: float
) -> dict[str, Decision]:
    """Judge every case on its restarts so far, all cases together at `alpha`.

    p values are the least 1/e so far and are held together by Holm's method, intervals by Bonferroni's.
    `tolerance` and `margin` are log ratios: a change counts above the one, none is seen within the other.
    """
    p_values = {name: _least_p(log_ratios) for name, log_ratios in cases.items()}
    adjusted = dict(zip(p_values, holm(tuple(p_values.values())), strict=True))
    return {
        name: _decide(log_ratios, adjusted[name], alpha, len(cases), (tolerance, margin))
        for name, log_ratios in cases.items()
    }


def _least_p(log_ratios: Sequence[float]) -> float:
    looks = range(MIN_RESTARTS, len(log_ratios) + 1)
    return min([1.0, *(1 / max(e_value(log_ratios[:n]), 1.0) for n in looks)])


def _decide(
    log_ratios: Sequence[float], p: float, alpha: float, n_cases: int, limits: tuple[float, float]
) -> Decision:
    n = len(log_ratios)
    if n < MIN_RESTARTS:
        return Decision("inconclusive", mean(log_ratios) if n else None, None, None, p, n)
    (tolerance, margin), estimate = limits, mean(log_ratios)
    low, high = interval(log_ratios, alpha / n_cases) or (None, None)
    verdict: Verdict = "inconclusive"
    if p <= alpha and abs(estimate) > tolerance:
        verdict = "regression" if estimate > 0 else "improvement"
    elif low is not None and high is not None and -margin < low and high < margin:
        verdict = "unchanged"
    return Decision(verdict, estimate, low, high, p, n)
