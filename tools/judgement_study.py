"""How often `compare` cries wolf and how often it sleeps, on stored rounds.

    python -m tools.judgement_study [--cases 30] [--comparisons 100] [--limit 5]

Stretches of ten successive runs are cut out of the stored series (tools/noise) and shared out between two
sides; 30 of these side by side, as many of each benchmark, are the cases of one comparison, which ends
`green` (0), `red` (1) or neither; slow-downs are multiplied in. Either each case has a stretch of its own, so
that cases have no noise in common, or all have the same, so that those of a benchmark have all of it in
common. How cases of one run correlate tells where the truth lies. The rules of pytest-benchmark are applied
to the same cells, run against run.
"""

from __future__ import annotations

import argparse
import random
from datetime import UTC, datetime, timedelta
from itertools import combinations, product
from pathlib import Path
from statistics import correlation, fmean, median
from typing import TYPE_CHECKING

from asr_harness.judge import Evidence, Policy, judge
from asr_harness.schema import Block, Case, Environment, RunFile
from tools.stored_noise import RUNS, SESSIONS, case_record, load, log_medians

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from asr_harness.schema import CaseRecord
    from tools.stored_noise import Stored

N_CASES = 30
RUNS_A_SIDE = 5
SLOW_DOWNS = (0.0, 0.05, 0.10, 0.20, 0.30)
DESIGNS = {"in turn, A B B A": "0110011001", "in blocks, A then B": "0000011111"}
PLAIN_RULES: dict[str, Callable[[Stored, Stored], bool]] = {
    "median:5%": lambda base, candidate: median(candidate.rounds_s) > 1.05 * median(base.rounds_s),
    "min:5%": lambda base, candidate: min(candidate.rounds_s) > 1.05 * min(base.rounds_s),
    "mean:10%": lambda base, candidate: fmean(candidate.rounds_s) > 1.10 * fmean(base.rounds_s),
}
NOISES = {"no noise in common": False, "all noise in common": True}
KINDS = {"raw": False, "calibrated": True}
COLUMNS = ("green", "red", "any alarm", "together", "cells", "undecided")
WIDTH = 11
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
ENVIRONMENT = Environment(cpu="one")


def replay(n_cases: int, n_comparisons: int, policy: Policy) -> None:
    """Print false alarms and power of `compare`, and of pytest-benchmark's rules on the same cells."""
    runs = load()
    series = [[run.cases[name] for run in runs] for name in runs[0].cases]
    print(f"{len(series)} benchmarks of {len(runs)} runs of the same code")
    for path in (RUNS, SESSIONS):
        told = [f"{kind} {correlations(path, calibrated=by):.2f}" for kind, by in KINDS.items()]
        print(f"medians of two cases in one run correlate, {path.stem}: {', '.join(told)}")
    print(f"{n_comparisons} comparisons of {n_cases} cases, {RUNS_A_SIDE} runs a side")
    for (design, pattern), (noise, in_common) in product(DESIGNS.items(), NOISES.items()):
        print(f"\n{design}; {noise}\n{'slow-down':>9}", end="")
        print("".join(f"{name:>{WIDTH}}" for name in (*COLUMNS, *PLAIN_RULES)))
        for slow_down in SLOW_DOWNS:
            row = _row(series, pattern, slow_down, in_common, (n_cases, n_comparisons), policy)
            print(f"{slow_down:>9.0%}{row}", flush=True)


def correlations(path: Path, *, calibrated: bool) -> float:
    """Give how the medians of two cases in one run correlate, the mean over all pairs of cases."""
    runs = load(path)
    medians = [log_medians(runs, case, calibrated=calibrated) for case in runs[0].cases]
    return fmean(correlation(*pair) for pair in combinations(medians, 2))


def _row(
    series: Sequence[Sequence[Stored]],
    pattern: str,
    slow_down: float,
    in_common: bool,
    numbers: tuple[int, int],
    policy: Policy,
) -> str:
    n_cases, n_comparisons = numbers
    rng = random.Random(0)
    n_alarms = n_found = n_undecided = n_together = n_green = n_red = 0
    plain = dict.fromkeys(PLAIN_RULES, 0)
    for _ in range(n_comparisons):
        cells = list(_cells(rng, series, pattern, slow_down, (n_cases, in_common)))
        base, candidate = (
            _runs([case[side] for case in cells], len(series), pattern, side) for side in (0, 1)
        )
        judgement = judge(Evidence(base, candidate), policy)
        n_green += judgement.exit_status == 0
        n_red += judgement.exit_status == 1
        latencies = [each for each in judgement.findings if each.metric == "latency"]
        verdicts = [each.verdict for each in latencies if "*" not in each.case_id]
        n_alarms += bool(judgement.of("regression", "improvement"))
        n_found += verdicts.count("regression")
        n_undecided += verdicts.count("inconclusive")
        n_together += sum("*" in each.case_id and each.verdict == "regression" for each in latencies)
        for before, after in cells:
            for name, rule in PLAIN_RULES.items():
                plain[name] += rule(before[0], after[0])
    n_cells = n_comparisons * n_cases
    whole = (n_green, n_red, n_alarms, n_together / len(series))
    shares = [count / n_comparisons for count in whole]
    shares += [count / n_cells for count in (n_found, n_undecided, *plain.values())]
    return "".join(f"{share:>{WIDTH}.1%}" for share in shares)


def _cells(
    rng: random.Random,
    series: Sequence[Sequence[Stored]],
    pattern: str,
    slow_down: float,
    design: tuple[int, bool],
) -> Iterator[tuple[list[Stored], list[Stored]]]:
    """Give the sides of every case; case by case the benchmarks take turns."""
    n_cases, in_common = design
    last = min(map(len, series)) - len(pattern)
    start, flip = rng.randint(0, last), rng.randrange(2)
    for number in range(n_cases):
        if not in_common:
            start, flip = rng.randint(0, last), rng.randrange(2)
        yield _sides(series[number % len(series)][start:], pattern, flip, slow_down)


def _sides(
    runs: Sequence[Stored], pattern: str, flip: int, slow_down: float
) -> tuple[list[Stored], list[Stored]]:
    sides: tuple[list[Stored], list[Stored]] = ([], [])
    for run, side in zip(runs, pattern, strict=False):
        is_candidate = int(side) ^ flip
        sides[is_candidate].append(run.slowed(slow_down) if is_candidate else run)
    return sides


def _runs(cases: Sequence[Sequence[Stored]], n_models: int, pattern: str, side: int) -> list[RunFile]:
    places = [place for place, each in enumerate(pattern) if int(each) == side]
    return [
        RunFile(
            Path(f"{side}-{index}.json"), None, None, False, BEGAN + place * timedelta(minutes=1),
            Block((), ENVIRONMENT),
            {
                record.case.id: record
                for record in (_record(n, n % n_models, case[index]) for n, case in enumerate(cases))
            },
        )
        for index, place in enumerate(places)
    ]  # fmt: skip


def _record(number: int, model: int, stored: Stored) -> CaseRecord:
    return case_record(Case(f"model{model}", "cpu", "5s", number + 1, "baseline"), stored)


def main() -> None:
    """Replay the stored series."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=N_CASES)
    parser.add_argument("--comparisons", type=int, default=100)
    parser.add_argument("--limit", type=float, default=None, help="percent of harm that green excludes")
    arguments = parser.parse_args()
    limit = None if arguments.limit is None else arguments.limit / 100
    replay(arguments.cases, arguments.comparisons, Policy(limit=limit))


if __name__ == "__main__":
    main()
