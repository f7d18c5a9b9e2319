"""Who goes first: turns in pairs A B B A, and start orders that alternate from a random beginning."""

from __future__ import annotations

import random
from math import inf, sqrt
from statistics import fmean
from typing import TYPE_CHECKING

from asr_harness.judge.evidence import SIDES, Side
from asr_harness.stats.sequential import MIN_FORKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from asr_harness.ab.estimate import Pairs

MIN_PAIRS, MAX_PAIRS = 3, 60
TURN_TIME_S = 12.0

STARTUP_S = 11.0
"""What a fork takes beside its rounds, about, until one has been timed: imports, loading, warming up."""

PROCESS_SD = 0.02
"""How far forks of the same code lie apart (log ratio), however many rounds each has."""

N_FORKS = MIN_FORKS + 2
"""How many forks a short budget is made to hold: two more than the least tell more than longer ones."""


def turns(n_pairs: int, first: Side) -> Iterator[Side]:
    """Give the sides in turn, every second pair the other way round: a drift falls on both alike."""
    second = other(first)
    for pair in range(n_pairs):
        yield from (first, second) if pair % 2 == 0 else (second, first)


def start_orders(seed: int) -> Iterator[tuple[Side, Side]]:
    """Give for each fork which worker starts first: each of two forks one way, in random order."""
    rng = random.Random(seed)
    while True:
        first: Side = rng.choice(SIDES)
        yield first, other(first)
        yield other(first), first


class Pace:
    """How long a case's rounds are in one fork: so short that `N_FORKS` fit into the budget.

    Processes differ, however long one looks at each: so once a fork has shown how its pairs of rounds scatter
    and what it takes beside them, the next ones have as many rounds as tell most in a given time, sampling
    in two stages (Cochran, Sampling Techniques, 1977, section 10.6), and `TURN_TIME_S` at most.
    """

    def __init__(self, budget_s: float, fixed_s: float | None = None) -> None:
        """Share out a budget, or keep to `fixed_s` for each case."""
        self.budget_s, self._fixed_s = budget_s, fixed_s
        self._left_s, self._n_left, self._startup_s = budget_s, N_FORKS, STARTUP_S
        self._least_s, self._n_done = 0.0, 0
        self._pairs: tuple[Pairs, ...] = ()

    def turn_time_s(self, n_cases: int) -> float:
        """Give the seconds of each of so many cases."""
        if self._fixed_s is not None:
            return self._fixed_s
        share_s = (0.95 * self._left_s / self._n_left - self._startup_s) / max(n_cases, 1)
        return max(0.0, min(share_s, TURN_TIME_S, best_time_s(self._pairs, self._startup_s)))

    def learn(
        self,
        fork_s: float,
        rounds_s: float,
        least_s: float = 0.0,
        *,
        once_s: float = 0.0,
        pairs: Iterable[Pairs] = (),
    ) -> None:
        """Take note of what a fork, its rounds and the fewest of these took; `once_s` will not come again.

        `pairs` describe the rounds of each case. Called for the first fork, and once more for the second,
        which starts in another way: it need not try how long a round is.
        """
        self._pairs = tuple(pairs) or self._pairs
        self._least_s = least_s
        self._n_done += 1
        self._left_s, self._n_left = max(self._left_s - fork_s - once_s, 0.0), N_FORKS - self._n_done
        self._startup_s = fork_s - rounds_s

    def fork_s(self, n_cases: int) -> float:
        """Give what the next fork will take."""
        return self._startup_s + max(n_cases * self.turn_time_s(n_cases), self._least_s)

    def n_forks(self, n_cases: int) -> int:
        """Give how many forks the budget holds, those that are over among them."""
        return self._n_done + int(self._left_s / self.fork_s(n_cases))


def best_time_s(pairs: Sequence[Pairs], startup_s: float) -> float:
    """Give the seconds of rounds a case that make the forks of a given time tell most; infinite if unknown.

    Of n pairs a fork's variance is PROCESS_SD² + sd²/n, at a price of startup + n · pair: least, times its
    price, at n = sd / PROCESS_SD · √(startup / pair).
    """
    if not pairs:
        return inf
    each_s = max(startup_s, 0.0) / len(pairs)
    return fmean(case.sd / PROCESS_SD * sqrt(each_s * 2 * case.round_s) for case in pairs)


def n_pairs(round_s: float, time_s: float) -> int:
    """Choose how many pairs of rounds fill the time that a fork has for a case."""
    return max(MIN_PAIRS, min(MAX_PAIRS, round(time_s / (2 * round_s))))


def other(side: Side) -> Side:
    """Give the other side."""
    return "candidate" if side == "base" else "base"
