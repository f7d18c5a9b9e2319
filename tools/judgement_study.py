"""How often the judgement cries wolf and how often it sleeps, on stored rounds and in simulation.

    python -m tools.judgement_study replay FOLDER   # 20 or more runs of the same code, in time order
    python -m tools.judgement_study wer             # simulated transcripts, error rates tested over talks

`replay` reads pytest-benchmark JSON with raw rounds and a calibration time beside each of them
(`calibration_s` in extra_info). It cuts stretches of ten successive runs out of the series, shares them out
between two sides, and puts 30 of these side by side as the cases of one comparison; slow-downs are
multiplied in. The rules of pytest-benchmark are applied to the same cells, run against run.
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, median
from typing import TYPE_CHECKING, Any

import numpy as np

from asr_harness.compare import compare
from asr_harness.metrics.speed import rtf
from asr_harness.saved import CaseRecord, SavedRun
from asr_harness.types import Case
from asr_harness.wer_stats import PairedErrors, by_talk, rate_test

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
MENDED = 0.2
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


def simulate_wer(n: int = 2000, alpha: float = 0.05) -> None:
    """Print how often error rates are called different, the truth being none and one point."""
    rng = np.random.default_rng(0)
    print(
        f"{n} simulated pairs each, 8 talks, WER 10 %, a fifth of errors mended; "
        f"two-sided test at {alpha:.0%} over talks"
    )
    print(f"{'utterances':>10} {'talks differ by':>16} {'false alarms':>13} {'found at +1.0 pt':>17}")
    for n_utterances in (50, 200, 500):
        for talk_sd in (0.0, 0.01):
            rates = [
                np.mean([_called(rng, n_utterances, talk_sd, shift, alpha) for _ in range(n)])
                for shift in (0.0, 0.01)
            ]
            print(f"{n_utterances:>10} {talk_sd * 100:>13.1f} pt {rates[0]:>13.1%} {rates[1]:>17.1%}")


def _called(rng: np.random.Generator, n_utterances: int, talk_sd: float, shift: float, alpha: float) -> bool:
    """Draw utterances of about 20 words; the candidate mends a fifth of the errors and makes others."""
    talks = np.arange(n_utterances) % 8
    lengths = 5 + rng.poisson(15, n_utterances)
    difficulty = rng.beta(2, 18, n_utterances)
    base = rng.binomial(lengths, difficulty)
    extra = shift + (rng.normal(0, talk_sd, 8)[talks] if talk_sd else 0.0)
    broken = np.clip((MENDED * difficulty + extra) / (1 - difficulty), 0, 1)
    candidate = base - rng.binomial(base, MENDED) + rng.binomial(lengths - base, broken)
    errors = PairedErrors(*(tuple(map(float, each)) for each in (base, candidate, lengths)))
    found = rate_test(by_talk(errors, [str(talk) for talk in talks]), alpha)
    return found is not None and found.p <= alpha


def main() -> None:
    """Run one study."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    studies = parser.add_subparsers(dest="study", required=True)
    studies.add_parser("replay").add_argument("folder", type=Path)
    studies.add_parser("wer")
    arguments = parser.parse_args()
    if arguments.study == "replay":
        replay(arguments.folder)
    else:
        simulate_wer()


if __name__ == "__main__":
    main()
