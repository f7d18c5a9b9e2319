"""Which of n commits changed something, from noisy looks: a posterior that each look sharpens.

Probabilistic bisection (Horstein, IEEE Transactions on Information Theory 9, 1963): look where half of the
probability lies on either side, weigh by the likelihood of what was seen.
"""

from __future__ import annotations

from math import exp, log, sqrt
from typing import TYPE_CHECKING

from asr_harness.stats.moments import mean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

SD_FLOOR = 0.005
"""Of log ratios: below, a few forks were alike by chance."""


def pooled_spread(groups: Sequence[Sequence[float]]) -> tuple[float, int]:
    """Give the spread within groups of repeated looks, and its degrees of freedom."""
    df = sum(len(group) - 1 for group in groups if group)
    squares = sum((value - mean(list(group))) ** 2 for group in groups if group for value in group)
    return (max(sqrt(squares / df), SD_FLOOR) if df else SD_FLOOR), df


def posterior(
    n: int, looks: Mapping[int, Sequence[float]], effect: float, spread: tuple[float, int]
) -> list[float]:
    """Give for each of n commits the probability that it is the first one changed.

    `looks` are log ratios of a commit over the good one, by its place: about `effect` from the first changed
    one on, about 0 before it, with Student's t about either, `spread` being its scale and degrees of freedom.
    All are as likely at first.
    """
    sd, df = spread
    weights = [0.0] * n
    for place, ratios in looks.items():
        for ratio in ratios:
            changed, same = (_log_density((ratio - level) / sd, df) for level in (effect, 0.0))
            for suspect in range(n):
                weights[suspect] += changed if suspect <= place else same
    top = max(weights)
    scaled = [exp(weight - top) for weight in weights]
    return [weight / sum(scaled) for weight in scaled]


def next_look(probabilities: Sequence[float], barred: Collection[int]) -> int | None:
    """Give the commit that halves the probability best; None where no look can tell more.

    The last commit is known to be changed. A `barred` one cannot be looked at.
    """
    best, least = None, 0.5
    below = 0.0
    for place, probability in enumerate(probabilities[:-1]):
        below += probability
        if place not in barred and abs(below - 0.5) < least:
            best, least = place, abs(below - 0.5)
    return best


def _log_density(z: float, df: int) -> float:
    """Student's t but for a constant."""
    return -(df + 1) / 2 * log(1 + z * z / max(df, 1))
