"""How often `compare` cries wolf and how often it sleeps, on stored rounds.

    python -m tools.judgement_study FOLDER   # 20 or more runs of the same code, in time order

The folder holds pytest-benchmark JSON with raw rounds and a calibration time beside each of them
(`calibration_s` in extra_info). Stretches of ten successive runs are cut out of the series and shared out
between two sides; 30 of these side by side are the cases of one comparison; slow-downs are multiplied in. The
rules of pytest-benchmark are applied to the same cells, run against run.
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, median
from typing import TYPE_CHECKING, Any

from asr_harness.compare import compare
from asr_harness.metrics.speed import rtf
from asr_harness.saved import CaseRecord, SavedRun
from asr_harness.types import Case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

N_COMPARISONS = 200
N_CASES = 30
RUNS_A_SIDE = 5
SLOW_DOWNS = (0.0, 0.05, 0.10, 0.20, 0.30)
DESIGNS = {"in turn, A B B A": "0110011001", "in blocks, A then B": "0000011111"}
PLAIN_RULES: dict[str, Callable[[Stored, Stored], bool]] = {
    "median:5%": lambda base, candidate: median(candidate.rounds_s) > 1.05 * median(base.rounds_s),
    "min:5%": lambda base, candidate: min(candidate.rounds_s) > 1.05 * min(base.rounds_s),
    "mean:10%": lambda base, candidate: fmean(candidate.rounds_s) > 1.10 * fmean(base.rounds_s),
}
ENVIRONMENT = {"cpu": "one", "versions": {}}


@dataclass(frozen=True, slots=True)
class Stored:
    """One benchmark of one stored run."""

    rounds_s: tuple[float, ...]
    calibration_s: tuple[float, ...]

    def slowed(self, by: float) -> Stored:
        """Make every round slower by a share."""
        return replace(self, rounds_s=tuple(value * (1 + by) for value in self.rounds_s))


def replay(folder: Path) -> None:
    """Print false alarms and power of `compare`, and of pytest-benchmark's rules on the same cells."""
    series = load_series(folder)
    print(f"{len(series)} benchmarks of {min(map(len, series))} runs of the same code in {folder.name}")
    print(f"{N_COMPARISONS} comparisons of {N_CASES} cases, {RUNS_A_SIDE} runs a side")
    for design, pattern in DESIGNS.items():
        print(
            f"\n{design}\n{'slow-down':>10} {'any alarm':>10} {'cells found':>12} {'undecided':>10}", end=""
        )
        print("".join(f"{name:>11}" for name in PLAIN_RULES))
        for slow_down in SLOW_DOWNS:
            print(f"{slow_down:>10.0%}{_row(series, pattern, slow_down)}")


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


def _when(run: dict[str, Any]) -> str:
    return str(run["datetime"])


def _calibration_s(info: dict[str, Any]) -> Iterator[float]:
    # The older series keeps the parts of its kernel apart.
    for value in info.get("calibration_s") or info["calib_gemm_mem_py_s"]:
        yield sum(value) if isinstance(value, list) else value


def _row(series: Sequence[Sequence[Stored]], pattern: str, slow_down: float) -> str:
    rng = random.Random(0)
    n_alarms = n_found = n_undecided = 0
    plain = dict.fromkeys(PLAIN_RULES, 0)
    for _ in range(N_COMPARISONS):
        cells = [_sides(rng, series, pattern, slow_down) for _ in range(N_CASES)]
        found = compare(_runs([base for base, _ in cells]), _runs([candidate for _, candidate in cells]))
        verdicts = [cell.verdict for cell in found.cells if cell.metric == "latency"]
        n_alarms += any(cell.verdict in ("regression", "improvement") for cell in found.cells)
        n_found += verdicts.count("regression")
        n_undecided += verdicts.count("inconclusive")
        for base, candidate in cells:
            for name, rule in PLAIN_RULES.items():
                plain[name] += rule(base[0], candidate[0])
    n_cells = N_COMPARISONS * N_CASES
    told = f" {n_alarms / N_COMPARISONS:>10.1%} {n_found / n_cells:>12.1%} {n_undecided / n_cells:>10.1%}"
    return told + "".join(f"{count / n_cells:>11.1%}" for count in plain.values())


def _sides(
    rng: random.Random, series: Sequence[Sequence[Stored]], pattern: str, slow_down: float
) -> tuple[list[Stored], list[Stored]]:
    runs = rng.choice(series)
    start = rng.randrange(len(runs) - len(pattern) + 1)
    flip = rng.randrange(2)
    sides: tuple[list[Stored], list[Stored]] = ([], [])
    for run, side in zip(runs[start:], pattern, strict=False):
        is_candidate = int(side) ^ flip
        sides[is_candidate].append(run.slowed(slow_down) if is_candidate else run)
    return sides


def _runs(cases: Sequence[Sequence[Stored]]) -> list[SavedRun]:
    return [
        SavedRun(
            Path(f"{index}.json"), None, None, False, None, ENVIRONMENT, {},
            {record.case.id: record for record in (_record(n, case[index]) for n, case in enumerate(cases))},
        )
        for index in range(RUNS_A_SIDE)
    ]  # fmt: skip


def _record(number: int, stored: Stored) -> CaseRecord:
    info = {
        "n_utterances": 1,
        "audio_s": 5.0,
        "batch_latency_s": [[value] for value in stored.rounds_s],
        "stage_s": {"preprocess": [0.0], "encode": [0.0], "decode": [0.0]},
        "calibration_s": list(stored.calibration_s),
        "rtf": rtf(list(stored.rounds_s), 5.0),
    }
    case = Case(f"model{number}", "cpu", "5s", 1, "baseline")
    return CaseRecord(case, "measured", None, stored.rounds_s, info)


def main() -> None:
    """Replay one folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    replay(parser.parse_args().folder)


if __name__ == "__main__":
    main()
