"""How often `compare` cries wolf and how often it sleeps, on stored rounds.

    python -m tools.judgement_study FOLDER   # 20 or more runs of the same code, in time order

The folder holds pytest-benchmark JSON with raw rounds and a calibration time beside each of them
(`calibration_s` in extra_info). Stretches of ten successive runs are cut out of the series and shared out
between two sides; 30 of these side by side, as many of each benchmark, are the cases of one comparison, which
ends `green` (0), `red` (1) or neither; slow-downs are multiplied in. Either each case has a stretch of its
own, so that cases have no noise in common, or all have the same, so that those of a benchmark have all of it
in common: truth lies between, and how two benchmarks of one run correlate tells where. The rules of pytest-
benchmark are applied to the same cells, run against run.
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, product
from math import log
from pathlib import Path
from statistics import correlation, fmean, median
from typing import TYPE_CHECKING, Any

from asr_harness.judge import Evidence, judge
from asr_harness.schema import Block, Case, CaseRecord, CaseResult, Environment, RunFile, Speed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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
COLUMNS = ("green", "red", "any alarm", "together", "cells", "undecided")
WIDTH = 11
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
ENVIRONMENT = Environment(cpu="one")


@dataclass(frozen=True, slots=True)
class Stored:
    """One benchmark of one stored run."""

    rounds_s: tuple[float, ...]
    calibration_s: tuple[float, ...]

    def slowed(self, by: float) -> Stored:
        """Make every round slower by a share."""
        return replace(self, rounds_s=tuple(value * (1 + by) for value in self.rounds_s))


def replay(folder: Path, n_comparisons: int) -> None:
    """Print false alarms and power of `compare`, and of pytest-benchmark's rules on the same cells."""
    series = load_series(folder)
    print(f"{len(series)} benchmarks of {min(map(len, series))} runs of the same code in {folder.name}")
    for name, medians in (("raw", _raw), ("calibrated", _calibrated)):
        correlations = [correlation(*map(medians, pair)) for pair in combinations(series, 2)]
        print(f"{name} medians of two benchmarks in one run correlate by {fmean(correlations):.2f}")
    print(f"{n_comparisons} comparisons of {N_CASES} cases, {RUNS_A_SIDE} runs a side")
    for (design, pattern), (noise, in_common) in product(DESIGNS.items(), NOISES.items()):
        print(f"\n{design}; {noise}\n{'slow-down':>9}", end="")
        print("".join(f"{name:>{WIDTH}}" for name in (*COLUMNS, *PLAIN_RULES)))
        for slow_down in SLOW_DOWNS:
            print(f"{slow_down:>9.0%}{_row(series, pattern, slow_down, in_common, n_comparisons)}")


def load_series(folder: Path) -> list[list[Stored]]:
    """Read each benchmark's runs in time order, leaving out those that say they were slowed down."""
    runs = sorted((json.loads(path.read_text("utf-8")) for path in folder.rglob("*.json")), key=_when)
    series: dict[str, list[Stored]] = {}
    for run in runs:
        for benchmark in run["benchmarks"]:
            info = benchmark["extra_info"]
            if not info.get("injected_pct"):
                stored = Stored(tuple(benchmark["stats"]["data"]), tuple(_calibration_s(info)))
                series.setdefault(benchmark["name"], []).append(stored)
    return list(series.values())


def _raw(runs: Sequence[Stored]) -> list[float]:
    return [log(median(run.rounds_s)) for run in runs]


def _calibrated(runs: Sequence[Stored]) -> list[float]:
    return [log(median(run.rounds_s) / median(run.calibration_s)) for run in runs]


def _when(run: dict[str, Any]) -> str:
    return str(run["datetime"])


def _calibration_s(info: dict[str, Any]) -> Iterator[float]:
    # The older series keeps the parts of its kernel apart.
    for value in info.get("calibration_s") or info["calib_gemm_mem_py_s"]:
        yield sum(value) if isinstance(value, list) else value


def _row(
    series: Sequence[Sequence[Stored]], pattern: str, slow_down: float, in_common: bool, n_comparisons: int
) -> str:
    rng = random.Random(0)
    n_alarms = n_found = n_undecided = n_together = n_green = n_red = 0
    plain = dict.fromkeys(PLAIN_RULES, 0)
    for _ in range(n_comparisons):
        cells = list(_cells(rng, series, pattern, slow_down, in_common=in_common))
        base, candidate = (
            _runs([case[side] for case in cells], len(series), pattern, side) for side in (0, 1)
        )
        judgement = judge(Evidence(base, candidate))
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
    n_cells = n_comparisons * N_CASES
    whole = (n_green, n_red, n_alarms, n_together / len(series))
    shares = [count / n_comparisons for count in whole]
    shares += [count / n_cells for count in (n_found, n_undecided, *plain.values())]
    return "".join(f"{share:>{WIDTH}.1%}" for share in shares)


def _cells(
    rng: random.Random, series: Sequence[Sequence[Stored]], pattern: str, slow_down: float, *, in_common: bool
) -> Iterator[tuple[list[Stored], list[Stored]]]:
    """Give the sides of every case; case by case the benchmarks take turns."""
    last = min(map(len, series)) - len(pattern)
    start, flip = rng.randint(0, last), rng.randrange(2)
    for number in range(N_CASES):
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
    rounds_s = stored.rounds_s
    nothing = (0.0,) * len(rounds_s)
    speed = Speed(
        tuple((value,) for value in rounds_s),
        {"preprocess": nothing, "encode": nothing, "decode": nothing},
        stored.calibration_s,
    )
    case = Case(f"model{model}", "cpu", "5s", number + 1, "baseline")
    return CaseRecord(case, "measured", None, CaseResult("stored", 1, 5.0, speed))


def main() -> None:
    """Replay one folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--comparisons", type=int, default=200)
    arguments = parser.parse_args()
    replay(arguments.folder, arguments.comparisons)


if __name__ == "__main__":
    main()
