"""How often a steady series is called a step or a creep, and how often a real one is found.

    python -m tools.trend_study            # a minute

False alarms: stored runs of one code (`tools/noise/`), 30 a series, calibrated as `history --judge` has it:
every stretch of 30 runs as they came, and blocks of 10, of 5 and of single runs in random order, so that
neighbours stay neighbours. Power: the same draws, and normal noise, with 21 commits that are 1 % slower each
and with a step of 10 % among 20 runs, three a side at least. Where apache-otava can be imported its
rule is shown beside ours.
"""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from math import log1p
from pathlib import Path
from statistics import fmean, median
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))

from asr_harness.judge.trends import Point, find_drift, mean_point, point_of
from asr_harness.stats.steps import MIN_SIDE
from tools.stored_noise import RUNS, SESSIONS, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tools.stored_noise import Stored

    Rule = Callable[[Sequence[Point]], str]

N_RUNS, N_SERIES = 30, 1000
CREEP, N_CREEP = log1p(0.01), 21
STEP, N_STEP = log1p(0.10), 20
SD, BUSY_SD = 0.03, 0.10


def ours(points: Sequence[Point]) -> str:
    """Give what the judgement of a history says."""
    return find_drift(points, is_time=True, is_calibrated=True).kind


def main() -> None:
    """Print the rates."""
    rules: dict[str, Rule] = {"history --judge": ours}
    try:
        rules["apache-otava, p 0.001"] = otava_rule()
    except ImportError:
        print("apache-otava is not installed beside this: its rule is left out")
    for name, rule in rules.items():
        print(f"\n{name}")
        for path in (RUNS, SESSIONS):
            for row, noise in rows(path).items():
                report_noise(rule, f"{path.stem} {row}", noise)
        report_normal(rule)


def rows(path: Path) -> dict[str, list[Point]]:
    """Give each model's series: a point for each run, the mean over its cases."""
    runs = load(path)
    models: dict[str, list[str]] = {}
    for case in runs[0].cases:
        models.setdefault(case.split("-cpu-")[0], []).append(case)
    return {
        model: [mean_point([stored_point(run.cases[case]) for case in cases], 1) for run in runs]
        for model, cases in models.items()
    }


def stored_point(stored: Stored) -> Point:
    """Make a point of a stored case."""
    return point_of(median(stored.rounds_s), stored.rounds_s, stored.calibration_s)


def plain(value: float) -> Point:
    """Make a point that is its value, as steady as any other."""
    return Point(value, 0.0, value, 0.0, 0.0)


def report_noise(rule: Rule, name: str, noise: list[Point]) -> None:
    """Print false alarms and power on one stored series."""
    windows = [noise[start : start + N_RUNS] for start in range(len(noise) - N_RUNS + 1)]
    print(f"  {name}: {len(noise)} stored runs")
    print(f"    as they came: {count(rule, windows)} false alarms in {len(windows)} stretches of {N_RUNS}")
    for block in (10, 5, 1):
        drawn = list(series(noise, block, N_RUNS))
        print(f"    blocks of {block}: false alarms {share(rule, drawn)} of {N_SERIES} series of {N_RUNS}")
    creeping = [creep(values) for values in series(noise, 5, N_CREEP)]
    print(f"    +1 % a commit over {N_CREEP} commits: {share(rule, creeping)} found (as a creep or steps)")
    stepping = [stepped(values) for values in series(noise, 5, N_STEP)]
    print(f"    +10 % among {N_STEP} runs: {share(rule, stepping)} found")


def report_normal(rule: Rule) -> None:
    """Print false alarms and power on normal noise."""
    rng = random.Random(1)
    for sd in (0.01, SD, 0.05):
        draws = [[plain(rng.gauss(0.0, sd)) for _ in range(N_RUNS)] for _ in range(N_SERIES)]
        creeping = [creep(values[:N_CREEP]) for values in draws]
        stepping = [stepped(values[:N_STEP], seed) for seed, values in enumerate(draws)]
        print(
            f"  normal noise of SD {sd:.0%}: false alarms {share(rule, draws)}, "
            f"+1 % a commit {share(rule, creeping)} found, +10 % step {share(rule, stepping)} found"
        )
    for n in (21, 30, 40):
        drawn = [creep([plain(rng.gauss(0.0, BUSY_SD)) for _ in range(n)]) for _ in range(N_SERIES)]
        print(f"  at SD {BUSY_SD:.0%}, +1 % a commit over {n} commits: {share(rule, drawn)} found")
    named = [located(seed) for seed in range(N_SERIES)]
    print(f"  of the steps at SD {SD:.0%}: the range that is named holds the commit in {fmean(named):.1%}")


def located(seed: int) -> bool:
    """Whether a step's range holds its commit; one that is not found does not count against it."""
    rng = random.Random(seed)
    place = rng.randrange(MIN_SIDE, N_STEP - MIN_SIDE + 1)
    points = [plain(rng.gauss(0.0, SD) + (STEP if i >= place else 0.0)) for i in range(N_STEP)]
    steps = find_drift(points, is_time=True, is_calibrated=True).steps
    return not steps or any(step.first <= place <= step.last for step in steps)


def series(noise: list[Point], block: int, n: int) -> Iterator[list[Point]]:
    """Draw series made of blocks of neighbouring runs, no run twice: cut anywhere, then shuffled."""
    rng = random.Random(block)
    for _ in range(N_SERIES):
        start = rng.randrange(block)
        blocks = [noise[max(place, 0) : place + block] for place in range(start - block, len(noise), block)]
        rng.shuffle(blocks)
        yield [point for each in blocks for point in each][:n]


def slower(point: Point, by: float) -> Point:
    """Make a run slower by a share, given as a logarithm."""
    return replace(point, value=point.value + by, mean=point.mean + by)


def creep(points: Sequence[Point]) -> list[Point]:
    """Make every run 1 % slower than the one before."""
    return [slower(point, CREEP * place) for place, point in enumerate(points)]


def stepped(points: Sequence[Point], seed: int | None = None) -> list[Point]:
    """Make the runs from some place on 10 % slower, three a side at least."""
    rng = random.Random(repr([point.value - point.pace for point in points]) if seed is None else seed)
    place = rng.randrange(MIN_SIDE, len(points) - MIN_SIDE + 1)
    return [slower(point, STEP) if i >= place else point for i, point in enumerate(points)]


def count(rule: Rule, many: Sequence[Sequence[Point]]) -> int:
    """Count the series that are not steady."""
    return sum(rule(points) != "steady" for points in many)


def share(rule: Rule, many: Sequence[Sequence[Point]]) -> str:
    """Give the share of series that are not steady."""
    return f"{count(rule, many) / len(many):.2%}"


def otava_rule() -> Rule:
    """Give Otava's change points at p = 0.001, with its own window."""
    from math import exp

    from otava.analysis import compute_change_points

    def rule(points: Sequence[Point]) -> str:
        changes, _ = compute_change_points([exp(one.value - one.pace) for one in points], max_pvalue=0.001)
        return "step" if changes else "steady"

    return rule


if __name__ == "__main__":
    main()
