"""Sequential judgement of paired restarts: look now and then, stop when it is clear, keep the error rate.

A paired t test at each planned look, each of which may spend a share of alpha; the shares add up to one, so
that by Bonferroni's inequality the chance of any false alarm at any look is at most alpha, wherever one
stops (group sequential testing; Jennison and Turnbull, Group Sequential Methods with Applications to
Clinical Trials, 2000).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from asr_harness.stats import (
    ALPHA,
    holm,
    mean,
    paired,
    pairs_needed,
    smallest_paired_effect,
    standard_deviation,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.types import Verdict

MIN_RESTARTS = 5
SPACING = 1.6

Key = TypeVar("Key")

Looks = tuple[tuple[int, float], ...]
"""Numbers of restarts after which the rule looks, each with its share of alpha."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is known of one case: the mean log ratio, candidate over base, and its simultaneous interval.

    `low` and `high` are None before the first look; `p` holds for all looks so far and all cases together.
    `smallest_effect` is the least log ratio that the last look would have shown nine times in ten, and
    `more_restarts` are those still lacking to decide, None where nothing tells.
    """

    verdict: Verdict
    estimate: float | None
    low: float | None
    high: float | None
    p: float
    n: int
    smallest_effect: float | None = None
    more_restarts: int | None = None


def planned_looks(n_restarts: int) -> Looks:
    """Plan to look at the end, and on the way each time that the restarts have grown by 1.6.

    The last look has half of alpha, the one before it a quarter and so on, and the first what is left.
    """
    numbers = [max(n_restarts, MIN_RESTARTS)]
    while numbers[0] / SPACING >= MIN_RESTARTS:
        numbers.insert(0, round(numbers[0] / SPACING))
    shares = [2.0 ** -(len(numbers) - index) for index in range(len(numbers))]
    shares[0] *= 2
    return tuple(zip(numbers, shares, strict=True))


def ended(looks: Looks, n: int) -> Looks:
    """Bring the last look forward to where the budget ended; those that were not reached spend nothing."""
    return (*((number, share) for number, share in looks[:-1] if number < n), (n, looks[-1][1]))


def p_value(log_ratios: Sequence[float], looks: Looks) -> float:
    """Test the mean against zero at every look so far; the p value is corrected for all of them."""
    found = [1.0]
    for number, share in looks:
        test = paired(log_ratios[:number]) if MIN_RESTARTS <= number <= len(log_ratios) else None
        if test is not None:
            found.append(min(1.0, test.p / share))
    return min(found)


def interval(log_ratios: Sequence[float], looks: Looks, alpha: float = ALPHA) -> tuple[float, float] | None:
    """Bound the mean at the last look, at the level that this look may spend; None before the first."""
    reached = _last_look(log_ratios, looks)
    if reached is None:
        return None
    number, share = reached
    test = paired(log_ratios[:number], alpha * share)
    return None if test is None else (test.low, test.high)


def _last_look(log_ratios: Sequence[float], looks: Looks) -> tuple[int, float] | None:
    return max((look for look in looks if MIN_RESTARTS <= look[0] <= len(log_ratios)), default=None)


def verdicts(
    cases: Mapping[Key, Sequence[float]],
    looks: Looks,
    *,
    alpha: float = ALPHA,
    tolerance: float,
    margin: float,
    limits: Mapping[Key, float] | None = None,
) -> dict[Key, Decision]:
    """Judge every case on its restarts so far, all cases together at `alpha`.

    p values are held together by Holm's method, intervals by Bonferroni's. `tolerance` and `margin` are log
    ratios: a change counts above the one, none is seen within the other. A case in `limits` has that one for
    both.
    """
    adjusted = dict(
        zip(cases, holm([p_value(log_ratios, looks) for log_ratios in cases.values()]), strict=True)
    )
    level, own = alpha / max(len(cases), 1), limits or {}
    return {
        name: _decide(
            log_ratios,
            looks,
            (adjusted[name], alpha, level),
            (own[name], own[name]) if name in own else (tolerance, margin),
        )
        for name, log_ratios in cases.items()
    }


def _decide(
    log_ratios: Sequence[float],
    looks: Looks,
    levels: tuple[float, float, float],
    limits: tuple[float, float],
) -> Decision:
    (p, alpha, level), (tolerance, margin) = levels, limits
    estimate = mean(log_ratios) if log_ratios else None
    low, high = interval(log_ratios, looks, level) or (None, None)
    verdict: Verdict = "inconclusive"
    if p <= alpha and estimate is not None and abs(estimate) > tolerance:
        verdict = "regression" if estimate > 0 else "improvement"
    elif low is not None and high is not None and -margin < low and high < margin:
        verdict = "unchanged"
    smallest = _smallest_effect(log_ratios, looks, level)
    more = None
    if verdict == "inconclusive":
        more = _more_restarts(log_ratios, max(margin, abs(estimate or 0.0)), level * looks[-1][1])
    return Decision(verdict, estimate, low, high, p, len(log_ratios), smallest, more)


def _smallest_effect(log_ratios: Sequence[float], looks: Looks, level: float) -> float | None:
    number, share = _last_look(log_ratios, looks) or (0, 1.0)
    spread = standard_deviation(log_ratios[:number])
    return None if spread is None else smallest_paired_effect(spread, number, alpha=level * share)


def _more_restarts(log_ratios: Sequence[float], effect: float, level: float) -> int | None:
    spread = standard_deviation(log_ratios)
    needed = None if spread is None else pairs_needed(spread, effect, alpha=level)
    return None if needed is None else max(1, max(needed, MIN_RESTARTS) - len(log_ratios))
