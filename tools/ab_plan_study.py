"""How `ab` ends after some minutes by what a fork costs beside its rounds, on made-up forks.

    python -m tools.ab_plan_study [--process 0.02] [--pairs 0.04] [--pair-s 1.3] [--sessions 2000]

Forks of the same code differ by `--process`, their pairs of rounds by `--pairs` (normal, log ratios), a pair
takes `--pair-s`. Each fork has as many rounds as `ab` would take. Half a minute goes
before the second fork: the first one, and making what later ones are forked from.
"""

from __future__ import annotations

import argparse
from collections import Counter
from math import log1p, sqrt
from typing import TYPE_CHECKING

import numpy as np

from asr_harness.ab.estimate import Pairs
from asr_harness.ab.schedule import TURN_TIME_S, best_time_s, n_pairs
from tools.ab_replay_study import verdict_of

if TYPE_CHECKING:
    from collections.abc import Sequence

STARTUPS_S = (16.0, 11.0, 4.0)
MINUTES = (5,)
SLOW_DOWNS = (0.0, 0.03, 0.05)
OPENING_S = 30.0
VERDICTS = ("unchanged", "regression", "improvement")


def ends(
    rng: np.random.Generator, n_forks: int, sd: float, effect: float, n_sessions: int
) -> Sequence[float]:
    """Give the share of sessions that end green, red and faster."""
    found: Counter[str] = Counter()
    for _ in range(n_sessions):
        orders = [bool(flip ^ (i % 2)) for flip in rng.integers(2, size=n_forks // 2 + 1) for i in (0, 1)]
        ratios = (effect + rng.normal(0.0, sd, n_forks)).tolist()
        found[verdict_of(ratios, orders[:n_forks])] += 1
    return [found[verdict] / n_sessions for verdict in VERDICTS]


def main() -> None:
    """Print the shares for each cost of a fork."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--process", type=float, default=0.02)
    parser.add_argument("--pairs", type=float, default=0.04)
    parser.add_argument("--pair-s", type=float, default=1.3)
    parser.add_argument("--sessions", type=int, default=2000)
    arguments = parser.parse_args()
    print(f"forks differ by {arguments.process:.0%}, pairs of {arguments.pair_s} s by {arguments.pairs:.0%}")
    print(" start  pairs  fork s  minutes  forks  slow-down   green     red  faster")
    for startup_s in STARTUPS_S:
        time_s = min(TURN_TIME_S, best_time_s([Pairs(arguments.pair_s / 2, arguments.pairs)], startup_s))
        n = n_pairs(arguments.pair_s / 2, time_s)
        fork_s, sd = startup_s + n * arguments.pair_s, sqrt(arguments.process**2 + arguments.pairs**2 / n)
        for minutes in MINUTES:
            n_forks = int((60 * minutes - OPENING_S) / fork_s)
            for slow_down in SLOW_DOWNS:
                shares = ends(np.random.default_rng(0), n_forks, sd, log1p(slow_down), arguments.sessions)
                print(
                    f"{startup_s:>4.0f} s{n:>7}{fork_s:>8.1f}{minutes:>9}{n_forks:>7}{slow_down:>11.0%}"
                    + "".join(f"{share:>8.1%}" for share in shares),
                    flush=True,
                )


if __name__ == "__main__":
    main()
