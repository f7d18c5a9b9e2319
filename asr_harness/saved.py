"""Saved runs: one JSON file of one process, read and checked once; what lies behind deals in `SavedRun`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from asr_harness.checking import (
    check_benchmark,
    check_case,
    check_figures,
    check_file,
    check_outcomes,
    check_run,
)
from asr_harness.errors import OtherBenchmarkError, RecordError
from asr_harness.types import Case

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """What a run says of one case.

    `info` is the `extra_info` that docs/measurement.md lists, and `rounds_s` the seconds that each round over
    the whole slice took; both are empty unless the outcome is `measured`.
    """

    case: Case
    outcome: str
    reason: str | None = None
    rounds_s: tuple[float, ...] = ()
    info: Mapping[str, Any] | None = None

    @property
    def family(self) -> str | None:
        """The family of the case's model, None if it was not measured."""
        return None if self.info is None else self.info["case"]["family"]


@dataclass(frozen=True, slots=True)
class SavedRun:
    """One process and what it saved: the unit of statistics.

    `environment` describes the machine and its software, `block` is the whole `asr` block of the file, and
    `records` has every case of the run by its id.
    """

    path: Path
    commit: str | None
    branch: str | None
    is_dirty: bool
    time: datetime | None
    environment: Mapping[str, Any]
    block: Mapping[str, Any]
    records: Mapping[str, CaseRecord]

    @property
    def label(self) -> str:
        """Name the commit in a few characters, with a `+` where the tree had changes."""
        name = self.commit[:7] if self.commit else self.path.stem
        return f"{name}+" if self.is_dirty else name

    @property
    def identity(self) -> tuple[object, ...]:
        """What two files have alike only if one is a copy of the other."""
        rounds_s = next((record.rounds_s for record in self.records.values() if record.rounds_s), ())
        return self.time, self.commit, tuple(self.records), rounds_s

    @property
    def regressions(self) -> tuple[str, ...]:
        """List what the session itself judged to have regressed when the run was saved."""
        return tuple(self.block.get("judgement", {}).get("regressions", ()))


def load_run(path: Path) -> SavedRun:
    """Read a saved run.

    Raises RecordError where the file cannot be read, is not JSON, is another benchmark's or too new.
    """
    return parse_run(path, _read(path))


def parse_run(path: Path, content: Mapping[str, Any]) -> SavedRun:
    """Take a run from the content of its file, wherever that came from. Raises RecordError as `load_run`."""
    if content.get("asr") is None:
        raise OtherBenchmarkError(
            f"{path} has no `asr` block: it is plain pytest-benchmark JSON, not a run of asr-harness; "
            "`pytest-benchmark compare` reads it"
        )
    try:
        return _run(path, content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        said = error if isinstance(error, ValueError) else "its records are not as a session saves them"
        raise RecordError(f"{path} is damaged: {said}; measure the run again") from error


def _read(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise RecordError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{path} is not JSON ({error}); a saved run is a whole JSON file") from error
    if not isinstance(content, dict) or "benchmarks" not in content:
        raise RecordError(f"{path} holds no benchmarks; a saved run is what `--benchmark-autosave` writes")
    return content


def _run(path: Path, content: Mapping[str, Any]) -> SavedRun:
    check_file(content)
    block = content["asr"]
    version = block["schema_version"]
    if version > SCHEMA_VERSION:
        raise RecordError(
            f"{path} has schema version {version}; this asr-harness knows {SCHEMA_VERSION}: update it"
        )
    check_outcomes(content)
    measured = {benchmark["fullname"]: benchmark for benchmark in content["benchmarks"]}
    records = [_record(outcome, measured.get(outcome["name"])) for outcome in block["outcomes"]]
    commit_info = content.get("commit_info") or {}
    check_run(block, commit_info)
    written = content.get("datetime")
    return SavedRun(
        path,
        commit_info.get("id"),
        commit_info.get("branch"),
        bool(commit_info.get("dirty")),
        datetime.fromisoformat(written) if written else None,
        block["environment"],
        block,
        {record.case.id: record for record in records},
    )


def _record(outcome: Mapping[str, Any], benchmark: Mapping[str, Any] | None) -> CaseRecord:
    case = Case(**outcome["case"])
    check_case(case, outcome.get("outcome"))
    if outcome["outcome"] != "measured":
        return CaseRecord(case, outcome["outcome"], outcome.get("reason"))
    if benchmark is None:
        return CaseRecord(case, "failed", "the run says it was measured and holds no figures of it")
    check_benchmark(case.id, benchmark)
    rounds_s, info = tuple(map(float, benchmark["stats"]["data"])), benchmark["extra_info"]
    check_figures(case.id, rounds_s, info)
    return CaseRecord(case, "measured", None, rounds_s, info)
