"""Who goes first: turns in pairs A B B A, and start orders that alternate from a random beginning."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from asr_harness.judge.evidence import SIDES, Side
from asr_harness.stats.sequential import MIN_FORKS

if TYPE_CHECKING:
    from collections.abc import Iterator

MIN_PAIRS, MAX_PAIRS = 3, 60
TURN_TIME_S = 12.0

STARTUP_S = 11.0
"""What a fork takes beside its rounds, about, until one has been timed: imports, loading, warming up."""

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

    Beyond `TURN_TIME_S` a fork tells little more: processes differ, however long one looks at each. What a
    fork takes beside its rounds is known once one is over; the next ones are planned by it.
    """

    def __init__(self, budget_s: float, fixed_s: float | None = None) -> None:
        """Share out a budget, or keep to `fixed_s` for each case."""
        self._fixed_s = fixed_s
        self._left_s, self._n_left, self._startup_s = budget_s, N_FORKS, STARTUP_S
        self._least_s, self._n_done = 0.0, 0

    def turn_time_s(self, n_cases: int) -> float:
        """Give the seconds of each of so many cases."""
        if self._fixed_s is not None:
            return self._fixed_s
        share_s = (0.95 * self._left_s / self._n_left - self._startup_s) / max(n_cases, 1)
        return max(0.0, min(share_s, TURN_TIME_S))

    def learn(self, fork_s: float, rounds_s: float, least_s: float = 0.0, *, once_s: float = 0.0) -> None:
        """Take note of what a fork, its rounds and the fewest of these took; `once_s` will not come again.

        Called for the first fork, and once more where the next ones start in another way.
        """
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


def n_pairs(round_s: float, time_s: float) -> int:
    """Choose how many pairs of rounds fill the time that a fork has for a case."""
    return max(MIN_PAIRS, min(MAX_PAIRS, round(time_s / (2 * round_s))))


def other(side: Side) -> Side:
    """Give the other side."""
    return "candidate" if side == "base" else "base"
