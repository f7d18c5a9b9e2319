"""Sequential judgement of paired forks: look now and then, stop when it is clear, keep the error rate.

A paired t test at each planned look, each of which may spend a share of alpha; the shares add up to one, so
that by Bonferroni's inequality the chance of any false alarm at any look is at most alpha, wherever one
stops (group sequential testing; Jennison and Turnbull, Group Sequential Methods with Applications to
Clinical Trials, 2000).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from asr_harness.stats.decision import ChangeVerdict, decide
from asr_harness.stats.difference import ALPHA
from asr_harness.stats.moments import mean
from asr_harness.stats.multiple import holm
from asr_harness.stats.power import minimum_detectable, pairs_needed
from asr_harness.stats.ttests import paired_in_order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.stats.difference import Difference

MIN_FORKS = 5
SPACING = 1.6
LAST_SHARE = 2 / 3
"""What the last look has of alpha: what shows late is small, what shows early needs little."""

Key = TypeVar("Key")

Looks = tuple[tuple[int, float], ...]
"""Numbers of forks after which the rule looks, each with its share of alpha."""


Orders = Sequence[bool]
"""Of each fork, whether the base started first; empty where that is not known."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is known of one case: the mean log ratio, candidate over base, and its simultaneous interval.

    `low` and `high` are None before the first look; `p` holds for all looks so far and all cases together.
    `minimum_detectable_effect` is the least log ratio that the last look would have shown nine times in ten,
    `more_forks` are those still lacking to decide, None where the spread is unknown, and `worst` is the
    one-sided upper bound.
    """

    verdict: ChangeVerdict
    estimate: float | None
    low: float | None
    high: float | None
    p: float
    n: int
    minimum_detectable_effect: float | None = None
    more_forks: int | None = None
    worst: float | None = None


def planned_looks(n_forks: int) -> Looks:
    """Plan to look at the end, and on the way each time that the forks have grown by 1.6.

    The last look has two thirds of alpha, the one before it two thirds of the rest and so on, and the first
    what is left.
    """
    numbers = [max(n_forks, MIN_FORKS)]
    while numbers[0] / SPACING >= MIN_FORKS:
        numbers.insert(0, round(numbers[0] / SPACING))
    lefts = [(1 - LAST_SHARE) ** n_later for n_later in reversed(range(len(numbers)))]
    shares = [lefts[0], *(LAST_SHARE * left for left in lefts[1:])]
    return tuple(zip(numbers, shares, strict=True))


def ended(looks: Looks, n: int) -> Looks:
    """Bring the last look forward to where the budget ended; those that were not reached spend nothing."""
    return (*((number, share) for number, share in looks[:-1] if number < n), (n, looks[-1][1]))


def p_value(log_ratios: Sequence[float], looks: Looks, orders: Orders = ()) -> float:
    """Test the mean against zero at every look so far; the p value is corrected for all of them."""
    p_values = [1.0]
    for number, share in looks:
        test = _test(log_ratios, number, ALPHA, orders) if MIN_FORKS <= number <= len(log_ratios) else None
        if test is not None:
            p_values.append(min(1.0, test.p / share))
    return min(p_values)


def interval(
    log_ratios: Sequence[float], looks: Looks, alpha: float = ALPHA, orders: Orders = ()
) -> tuple[float, float] | None:
    """Bound the mean at the last look, at the level that this look may spend; None before the first."""
    reached = _last_look(log_ratios, looks)
    if reached is None:
        return None
    number, share = reached
    test = _test(log_ratios, number, alpha * share, orders)
    return None if test is None else (test.low, test.high)


def upper_bound(
    log_ratios: Sequence[float], looks: Looks, alpha: float = ALPHA, orders: Orders = ()
) -> float | None:
    """Bound the mean from above at the last look, at the level that this look may spend."""
    reached = _last_look(log_ratios, looks)
    test = None if reached is None else _test(log_ratios, reached[0], ALPHA, orders)
    return None if test is None or reached is None else test.at_most(alpha * reached[1])


def decide_all(
    cases: Mapping[Key, Sequence[float]],
    looks: Looks,
    *,
    alpha: float = ALPHA,
    tolerance: float,
    limit: float,
    bound_alpha: float | None = None,
    limits: Mapping[Key, tuple[float, float]] | None = None,
    orders: Mapping[Key, Orders] | None = None,
) -> dict[Key, Decision]:
    """Judge every case on its forks so far, all cases together at `alpha`.

    p values are held together by Holm's method, intervals by Bonferroni's. `tolerance` and `limit` are log
    ratios: a change counts above the one, and green is a slow-down above the other excluded, before the last
    look only where the estimate and its standard error are within the tolerance. A case in
    `limits` has those two of its own; `orders` tell of each fork whether the base started first. The upper
    bound is each case's own, at `bound_alpha` or `alpha`: a case that is called green in error harms itself
    alone.
    """
    level, own, started = alpha / max(len(cases), 1), limits or {}, orders or {}
    adjusted = holm([p_value(values, looks, started.get(name, ())) for name, values in cases.items()])
    return {
        name: _decision(
            log_ratios,
            looks,
            (p, alpha, level, alpha if bound_alpha is None else bound_alpha),
            own.get(name, (tolerance, limit)),
            started.get(name, ()),
        )
        for (name, log_ratios), p in zip(cases.items(), adjusted, strict=True)
    }


def _decision(
    log_ratios: Sequence[float],
    looks: Looks,
    levels: tuple[float, float, float, float],
    limits: tuple[float, float],
    orders: Orders,
) -> Decision:
    (p, alpha, level, bound_level), (tolerance, limit) = levels, limits
    test = _test(log_ratios, len(log_ratios), ALPHA, orders) if log_ratios else None
    estimate = test.estimate if test else mean(log_ratios) if log_ratios else None
    low, high = interval(log_ratios, looks, level, orders) or (None, None)
    worst = upper_bound(log_ratios, looks, bound_level, orders)
    verdict = decide(estimate, worst, is_shown=p <= alpha, tolerance=tolerance, limit=limit)
    is_on_the_way = len(log_ratios) < looks[-1][0]
    if verdict == "unchanged" and is_on_the_way and test and test.estimate + test.error > tolerance:
        verdict = "inconclusive"  # more forks may show a regression: to stop here would be to look away
    detectable = _detectable(log_ratios, looks, level, orders)
    more = None
    if verdict == "inconclusive":
        more = _more_forks(log_ratios, max(limit, abs(estimate or 0.0)), level * looks[-1][1], orders)
    return Decision(verdict, estimate, low, high, p, len(log_ratios), detectable, more, worst)


def _last_look(log_ratios: Sequence[float], looks: Looks) -> tuple[int, float] | None:
    return max((look for look in looks if MIN_FORKS <= look[0] <= len(log_ratios)), default=None)


def _test(log_ratios: Sequence[float], n: int, alpha: float, orders: Orders) -> Difference | None:
    return paired_in_order(log_ratios[:n], orders[:n] or [True] * n, alpha)


def _detectable(log_ratios: Sequence[float], looks: Looks, level: float, orders: Orders) -> float | None:
    number, share = _last_look(log_ratios, looks) or (0, 1.0)
    test = _test(log_ratios, number, level, orders) if number else None
    return None if test is None else minimum_detectable(test.error, test.df, alpha=level * share)


def _more_forks(log_ratios: Sequence[float], effect: float, level: float, orders: Orders) -> int | None:
    test = _test(log_ratios, len(log_ratios), level, orders)
    needed = None if test is None else pairs_needed(test.sd, effect, alpha=level)
    return None if needed is None else max(1, max(needed, MIN_FORKS) - len(log_ratios))
