"""How sessions of `ab` end on stored forks: green, red or neither, by what starting a fork costs.

    python -m tools.ab_replay_study [--budget 300] [--sessions 400]

Each fork is a stretch of rounds in pairs of a stored one (tools/noise/forks.jsonl, whisper-tiny-sized),
what was slowed there on purpose taken out, its sign turned where the candidate starts first, and a slow-down
added. Beside the estimate that `ab` uses within a fork stands the median.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from math import log, log1p
from statistics import fmean, median
from typing import TYPE_CHECKING

from asr_harness.ab.schedule import TURN_TIME_S
from asr_harness.judge.judge_forks import CASES, PER_MODEL, SHARES
from asr_harness.metrics import latency
from asr_harness.stats import ALPHA, hodges_lehmann
from asr_harness.stats.sequential import decide_all, ended, planned_looks
from tools.stored_noise import load_forks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

CASE = "whisper"
STARTUPS_S = (16.0, 11.0, 4.0)
SLOW_DOWNS = (0.0, 0.02, 0.03, 0.05, 0.10)
ESTIMATES: dict[str, Callable[[Sequence[float]], float]] = {
    "median": median,
    "Hodges-Lehmann": hodges_lehmann,
}
TOLERANCE, LIMIT = log1p(latency.METRIC.tolerance), log1p(latency.METRIC.limit)


def log_ratios() -> tuple[list[list[float]], float]:
    """Give the pairs' log ratios of each stored fork, and the seconds of a pair."""
    forks = [fork["cases"][CASE] for fork in load_forks()]
    ratios = [
        [
            log(pair["latency_s"][1] / pair["latency_s"][0]) - log1p(pair["slowed_percent"] / 100)
            for pair in fork
        ]
        for fork in forks
    ]
    seconds = [sum(pair["latency_s"]) + sum(pair["calibration_s"]) for fork in forks for pair in fork]
    return ratios, fmean(seconds)


def session(rng: random.Random, draw: Callable[[random.Random], float], effect: float, n_forks: int) -> str:
    """Give the verdict of one session."""
    values: list[float] = []
    orders: list[bool] = []
    for first in _orders(rng, n_forks):
        drawn = draw(rng)
        values.append(effect + (drawn if first else -drawn))
        orders.append(first)
    return verdict_of(values, orders)


def verdict_of(values: Sequence[float], orders: Sequence[bool]) -> str:
    """Look at forks as `ab` does, one case alone; `orders` tell of each whether the base started first."""
    looks = planned_looks(len(values))
    verdict = "inconclusive"
    for n, _ in ended(looks, len(values)):
        decided = decide_all(
            {"": values[:n]}, looks, alpha=ALPHA * (SHARES[CASES] + SHARES[PER_MODEL]), bound_alpha=ALPHA,
            tolerance=TOLERANCE, limit=LIMIT, orders={"": orders[:n]},
        )  # fmt: skip
        verdict = decided[""].verdict
        if verdict != "inconclusive":
            break
    return verdict


def _orders(rng: random.Random, n: int) -> Iterator[bool]:
    """Tell of each fork whether the base starts first, as `ab` has it."""
    for place in range(n):
        if place % 2 == 0:
            first = rng.random() < 0.5  # noqa: PLR2004
        yield first if place % 2 == 0 else not first


def main() -> None:
    """Print how sessions end, for each cost of a fork and each estimate."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--budget", type=float, default=300.0)
    parser.add_argument("--sessions", type=int, default=400)
    arguments = parser.parse_args()
    forks, pair_s = log_ratios()
    n_pairs = min(round(TURN_TIME_S / pair_s), *map(len, forks))
    print(
        f"{len(forks)} stored forks, {n_pairs} pairs of {pair_s:.2f} s in each, {arguments.sessions} sessions"
    )
    print(f"{'start':>6}{'forks':>6}  {'estimate':<16}{'slow-down':>10}{'green':>8}{'red':>8}{'faster':>8}")
    for startup_s in STARTUPS_S:
        n_forks = int(arguments.budget / (startup_s + n_pairs * pair_s))
        for name, estimate in ESTIMATES.items():

            def draw(rng: random.Random, estimate: Callable[[Sequence[float]], float] = estimate) -> float:
                fork = rng.choice(forks)
                start = rng.randrange(len(fork) - n_pairs + 1)
                return estimate(fork[start : start + n_pairs])

            for slow_down in SLOW_DOWNS:
                rng = random.Random(0)
                ends = Counter(
                    session(rng, draw, log1p(slow_down), n_forks) for _ in range(arguments.sessions)
                )
                shares = "".join(
                    f"{ends[verdict] / arguments.sessions:>8.1%}"
                    for verdict in ("unchanged", "regression", "improvement")
                )
                print(f"{startup_s:>4.0f} s{n_forks:>6}  {name:<16}{slow_down:>10.0%}{shares}", flush=True)


if __name__ == "__main__":
    main()
