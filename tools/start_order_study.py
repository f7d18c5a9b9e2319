"""What start order as a covariate gains where the second starter is slower, on made-up or stored forks.

    python -m tools.start_order_study [lockstep.jsonl.gz]

Forks scatter normally, by as much as the stored pairs of the same code do, or by 2 %; the side that started
second is 5 % slower. Printed are the shares of sessions that call a change, at an alarm rate of 1 %.
"""

from __future__ import annotations

import gzip
import json
import sys
from math import log, log1p
from pathlib import Path
from statistics import fmean, median, stdev
from typing import TYPE_CHECKING

import numpy as np

from asr_harness.stats import sequential

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

N_SESSIONS = 20000
SECOND = log1p(0.05)
SIZES = (6, 8)
N_SAME_CODE = 10
ALPHA = 0.01


def scatter(path: Path) -> float:
    """Give how much the log ratios of stored forks of the same code differ, the mean of all benchmarks."""
    with gzip.open(path, "rt") as lines:
        forks = [json.loads(line)["pairs"] for line in lines]
    return fmean(stdev(_log_ratio(fork[name]) for fork in forks) for name in forks[0])


def _log_ratio(pairs: Sequence[Mapping[str, Mapping[str, float]]]) -> float:
    return median(log(pair["Q"]["t"] / pair["P"]["t"]) for pair in pairs[:N_SAME_CODE])


def main() -> None:
    """Print the shares with and without the covariate."""
    sd = scatter(Path(sys.argv[1])) if len(sys.argv) > 1 else 0.02
    rng = np.random.default_rng(0)
    print(f"forks differ by {sd:.1%}, the second starter is 5 % slower; {N_SESSIONS} sessions each")
    print(f"{'forks':>5} {'slow-down':>9} {'without':>8} {'with order':>10}")
    for n in SIZES:
        looks = sequential.planned_looks(n)
        for slow_down in (0.0, 0.05):
            called = np.zeros(2)
            for _ in range(N_SESSIONS):
                first = [bool(flip ^ (i % 2)) for i in range(0, n, 2) for flip in (int(rng.integers(2)),)]
                orders = [each for one in first for each in (one, not one)][:n]
                shifts = np.where(orders, SECOND, -SECOND)
                values = (log1p(slow_down) + shifts + rng.normal(0, sd, n)).tolist()
                called += [sequential.p_value(values, looks, given) <= ALPHA for given in ((), orders)]
            print(f"{n:>5} {slow_down:>9.0%} {called[0] / N_SESSIONS:>8.1%} {called[1] / N_SESSIONS:>10.1%}")


if __name__ == "__main__":
    main()
