"""Stored noise of real machines, as small as it may be, and the runs that it makes up.

    python -m tools.stored_noise FOLDER FILE.jsonl   # pack saved runs of the same code into a line each

`tools/noise/` holds, a line for each run: when it began, by how much it was slowed on purpose, and for each
case the seconds of every round beside those of the calibration kernel. `runs.jsonl` are 52 fresh processes of
two benchmarks on two shared cores, 13 of them slowed; `sessions.jsonl` are sessions of four cases of two
models, while the machine was busy with other work; `forks.jsonl` are 13 forks of paired rounds, P then Q.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from asr_harness.schema import (
    Block,
    Case,
    CaseRecord,
    CaseResult,
    Environment,
    Fingerprints,
    RunFile,
    Speed,
    load_run,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NOISE = Path(__file__).parent / "noise"
RUNS, SESSIONS, FORKS = (NOISE / f"{name}.jsonl" for name in ("runs", "sessions", "forks"))
N_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Stored:
    """One case of one stored run."""

    rounds_s: tuple[float, ...]
    calibration_s: tuple[float, ...]

    def slowed(self, by: float) -> Stored:
        """Make every round slower by a share."""
        return replace(self, rounds_s=tuple(value * (1 + by) for value in self.rounds_s))


@dataclass(frozen=True, slots=True)
class StoredRun:
    """One stored run, by its cases."""

    at: datetime
    cases: Mapping[str, Stored]

    def slowed(self, by: float) -> StoredRun:
        """Make every case slower by a share."""
        return replace(self, cases={name: case.slowed(by) for name, case in self.cases.items()})

    def as_run(self, name: str) -> RunFile:
        """Give it as a saved run; `name` is its label."""
        records = (case_record(_case(case_id), stored) for case_id, stored in self.cases.items())
        by_id = {record.case.id: record for record in records}
        return RunFile(Path(f"{name}.json"), name, None, False, self.at, _BLOCK, by_id)


_BLOCK = Block((), Environment(cpu="one"))


def load(path: Path = RUNS) -> list[StoredRun]:
    """Read the runs that nobody slowed, in time order."""
    lines = (json.loads(line) for line in path.read_text("utf-8").splitlines())
    runs = [
        StoredRun(datetime.fromisoformat(line["at"]).replace(tzinfo=UTC), _cases(line["cases"]))
        for line in lines
        if not line["slowed_percent"]
    ]
    return sorted(runs, key=lambda run: run.at)


def load_forks(path: Path = FORKS) -> Iterator[Mapping[str, Any]]:
    """Read the stored forks: pairs of rounds of the same code, the second slowed where it says so."""
    yield from map(json.loads, path.read_text("utf-8").splitlines())


def case_record(case: Case, stored: Stored) -> CaseRecord:
    """Give what a session would save of a case."""
    nothing = (0.0,) * len(stored.rounds_s)
    stages = {"preprocess": nothing, "encode": nothing, "decode": nothing}
    speed = Speed(tuple((value,) for value in stored.rounds_s), stages, stored.calibration_s)
    result = CaseResult("stored", 1, 5.0, speed, fingerprints=Fingerprints("s", "w", "n", "d"))
    return CaseRecord(case, "measured", None, result)


def pack(folder: Path, path: Path) -> None:
    """Write the saved runs of a folder as stored noise."""
    with path.open("w", encoding="utf-8") as stream:
        for run in sorted(map(load_run, folder.rglob("*.json")), key=lambda run: str(run.time)):
            measured = {case_id: record.result for case_id, record in run.records.items() if record.result}
            cases = {
                case_id: {
                    "rounds_s": list(map(rounded, result.speed.rounds_s)),
                    "calibration_s": [rounded(value) for value in result.speed.calibration_s or ()],
                }
                for case_id, result in measured.items()
            }
            line = {"at": f"{run.time:%Y-%m-%dT%H:%M:%S}", "slowed_percent": 0, "cases": cases}
            stream.write(json.dumps(line) + "\n")


def rounded(value: float) -> float:
    """Keep so many digits of a time as tell anything."""
    return float(f"{value:.{N_DIGITS}g}")


def _cases(cases: Mapping[str, Mapping[str, list[float]]]) -> dict[str, Stored]:
    return {
        name: Stored(tuple(case["rounds_s"]), tuple(case["calibration_s"])) for name, case in cases.items()
    }


def _case(case_id: str) -> Case:
    """Split a case's id, whose model alone may hold dashes; the older series has names that are no ids."""
    parts = case_id.rsplit("-", 4)
    if len(parts) < 5:  # noqa: PLR2004
        return Case(case_id, "cpu", "5s", 1, "baseline")
    model, device, bucket, batch, variant = parts
    return Case(model, device, bucket, int(batch[1:]), variant)


def log_medians(runs: list[StoredRun], case: str, *, calibrated: bool) -> list[float]:
    """Give the logarithm of each run's median round, over that of the kernel if `calibrated`."""
    from math import log

    paces = [median(run.cases[case].calibration_s) if calibrated else 1.0 for run in runs]
    return [log(median(run.cases[case].rounds_s) / pace) for run, pace in zip(runs, paces, strict=True)]


if __name__ == "__main__":
    pack(Path(sys.argv[1]), Path(sys.argv[2]))
