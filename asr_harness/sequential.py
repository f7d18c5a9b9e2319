"""Sequential judgement of paired restarts: look now and then, stop when it is clear, keep the error rate.

A paired t test at each of the planned `LOOKS`, of which the k-th may spend alpha / 2^k: by Bonferroni's
inequality the chance of any false alarm at any look is at most alpha, wherever one stops (group sequential
testing; Jennison and Turnbull, Group Sequential Methods with Applications to Clinical Trials, 2000, ch. 1
and 11).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asr_harness.stats import ALPHA, holm, mean, paired

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.types import Verdict

LOOKS = (5, 7, 10, 13, 18, 25, 35, 49, 69, 97)
"""Numbers of restarts after which the rule looks: each some 1.4 times the one before."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is known of one case: the mean log ratio, candidate over base, and its simultaneous interval.

    `low` and `high` are None before the first look; `p` holds for all looks so far and all cases together.
    """

    verdict: Verdict
    estimate: float | None
    low: float | None
    high: float | None
    p: float
    n: int


def p_value(log_ratios: Sequence[float]) -> float:
    """Test the mean against zero at every look so far; the p value is corrected for all of them."""
    found = [1.0]
    for number, n in enumerate(_looks(len(log_ratios)), 1):
        test = paired(log_ratios[:n])
        if test is not None:
            found.append(min(1.0, test.p * 2**number))
    return min(found)


def interval(log_ratios: Sequence[float], alpha: float = ALPHA) -> tuple[float, float] | None:
    """Bound the mean at the last look, at the level that this look may spend; None before the first."""
    looks = _looks(len(log_ratios))
    if not looks:
        return None
    test = paired(log_ratios[: looks[-1]], alpha / 2 ** len(looks))
    return None if test is None else (test.low, test.high)


def verdicts(
    cases: Mapping[str, Sequence[float]], *, alpha: float = ALPHA, tolerance: float, margin: float
) -> dict[str, Decision]:
    """Judge every case on its restarts so far, all cases together at `alpha`.

    p values are held together by Holm's method, intervals by Bonferroni's. `tolerance` and `margin` are log
    ratios: a change counts above the one, none is seen within the other.
    """
    adjusted = dict(zip(cases, holm([p_value(log_ratios) for log_ratios in cases.values()]), strict=True))
    return {
        name: _decide(log_ratios, adjusted[name], alpha, len(cases), (tolerance, margin))
        for name, log_ratios in cases.items()
    }


def _looks(n: int) -> tuple[int, ...]:
    return tuple(look for look in LOOKS if look <= n)


def _decide(
    log_ratios: Sequence[float], p: float, alpha: float, n_cases: int, limits: tuple[float, float]
) -> Decision:
    (tolerance, margin), n = limits, len(log_ratios)
    estimate = mean(log_ratios) if n else None
    low, high = interval(log_ratios, alpha / n_cases) or (None, None)
    verdict: Verdict = "inconclusive"
    if p <= alpha and estimate is not None and abs(estimate) > tolerance:
        verdict = "regression" if estimate > 0 else "improvement"
    elif low is not None and high is not None and -margin < low and high < margin:
        verdict = "unchanged"
    return Decision(verdict, estimate, low, high, p, n)
