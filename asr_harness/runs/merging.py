"""Several sessions as one file: each case once, with the machine that it ran on, and nothing left out.

A case that two sessions ran is a conflict, whatever came of it: to choose one would hide the other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from asr_harness.errors import RecordError
from asr_harness.runs.merge_conflicts import RAN, conflicts
from asr_harness.schema import Block, SavedCase, SavedJudgement, SessionCost, SessionPart, migrate
from asr_harness.schema.part import dump
from asr_harness.schema.reading import parse_run, read_content
from asr_harness.schema.run import BLOCK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from asr_harness.schema import RunFile

MAX_LISTED = 12
NO_SESSION = "unnamed-"
LAST_RESORT = ("interrupted", "unavailable", "too_big")
"""Outcomes that tell of a session and its machine rather than of the case: the first is the least telling."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The content of a merged file, the same read as a run, and cases that were selected and never came."""

    content: Mapping[str, Any]
    run: RunFile
    absent: tuple[str, ...]


def merge(runs: Sequence[RunFile], path: Path, *, is_partial: bool = False) -> Merged:
    """Put the cases of several saved runs into the content of one file, which is to be `path`.

    Raises RecordError naming every conflict: two commits, codes or plans, a case that two of them ran, and,
    unless the merged file may be partial, cases of a selection whose shard is not there.
    """
    objections = conflicts(runs)
    kept = _kept(runs)
    absent = {
        case.id: case
        for run in runs
        if run.block.shard is not None
        for case in run.block.shard.selected
        if case.id not in kept
    }
    if absent and not is_partial:
        objections.append(_absence(runs, tuple(absent)))
    if objections:
        raise RecordError("\n".join(["these runs are no single one:", *objections[:MAX_LISTED]]))
    contents = {run.path: migrate.to_newest(read_content(run.path), str(run.path)) for run in runs}
    cases = [_saved(kept[case_id], case_id) for case_id in _ordered(runs, kept)]
    cases += [SavedCase(case, "interrupted", "no merged run has its shard") for case in absent.values()]
    parts = _parts(runs, kept, tuple(absent))
    content = {
        **contents[runs[-1].path],
        "benchmarks": [
            benchmark
            for run in runs
            for benchmark in _kept_benchmarks(contents[run.path]["benchmarks"], run, kept)
        ],
        BLOCK: dump(_block(runs, tuple(cases), parts)),
    }
    return Merged(content, parse_run(path, content), tuple(absent))


def session_id_of(part_ids: Sequence[str]) -> str:
    """Name a merged run by its sessions, so that merging them again gives the same one."""
    return sha256("\n".join(sorted(part_ids)).encode()).hexdigest()[:32]


def _kept(runs: Sequence[RunFile]) -> dict[str, RunFile]:
    """Give the run that each case is taken from: the one that ran it, else the one that tells most of it."""
    kept: dict[str, RunFile] = {}
    for run in runs:
        for case_id, record in run.records.items():
            rival = kept.get(case_id)
            if rival is None or _weight(record.outcome) > _weight(rival.records[case_id].outcome):
                kept[case_id] = run
    return kept


def _weight(outcome: str) -> int:
    return len(LAST_RESORT) if outcome in RAN else LAST_RESORT.index(outcome)


def _ordered(runs: Sequence[RunFile], kept: Mapping[str, RunFile]) -> list[str]:
    """Order cases as the whole selection has them, then as the runs do."""
    selected = [case.id for run in runs if run.block.shard for case in run.block.shard.selected]
    return [case_id for case_id in dict.fromkeys([*selected, *kept]) if case_id in kept]


def _saved(run: RunFile, case_id: str) -> SavedCase:
    return next(saved for saved in run.block.cases if saved.case.id == case_id)


def _parts(
    runs: Sequence[RunFile], kept: Mapping[str, RunFile], absent: tuple[str, ...]
) -> tuple[SessionPart, ...]:
    """Give every session with the cases that were taken from it; the absent are nobody's, and the last's."""
    parts = [
        replace(part, cases=tuple(one for one in part.cases if kept[one] is run))
        for run in runs
        for part in run.block.parts or (_part(run),)
    ]
    parts[-1] = replace(parts[-1], cases=(*parts[-1].cases, *absent))
    return tuple(parts)


def _part(run: RunFile) -> SessionPart:
    block = run.block
    return SessionPart(
        tuple(run.records),
        block.environment,
        block.session_id or NO_SESSION + sha256(repr(run.identity).encode()).hexdigest()[:24],
        run.path.name,
        run.time.isoformat() if run.time else None,
        block.session,
        block.peaks,
        block.code,
    )


def _block(runs: Sequence[RunFile], cases: tuple[SavedCase, ...], parts: tuple[SessionPart, ...]) -> Block:
    plans = [run.block.plan for run in runs]
    return replace(
        runs[0].block,
        cases=cases,
        environment=parts[0].environment,
        session_id=session_id_of([part.session_id for part in parts]),
        plan=replace(
            plans[0],
            sources={name: source for plan in plans for name, source in plan.sources.items()},
            buckets_s={name: limits for plan in plans for name, limits in plan.buckets_s.items()},
            variants={name: settings for plan in plans for name, settings in plan.variants.items()},
        ),
        session=SessionCost(
            *(_total([getattr(part.session, name) for part in parts]) for name in ("wall_s", "loading_s"))
        ),
        peaks={},
        judgement=_judgement(runs),
        code=None,
        shard=None,
        parts=parts,
    )


def _total(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _judgement(runs: Sequence[RunFile]) -> SavedJudgement:
    """Keep what sessions judged: one that regressed must not pass as a baseline in company."""
    each = [run.block.judgement for run in runs]
    statuses = [one.exit_status for one in each if one.exit_status is not None]
    return SavedJudgement(
        tuple(dict.fromkeys(name for one in each for name in one.against)),
        tuple(dict.fromkeys(name for one in each for name in one.regressions)),
        max(statuses, key=lambda status: (status == 1, status), default=None),
    )


def _kept_benchmarks(
    benchmarks: Sequence[Mapping[str, Any]], run: RunFile, kept: Mapping[str, RunFile]
) -> list[Mapping[str, Any]]:
    """Leave out the benchmarks of cases that are taken from another run; what is no case's stays."""
    others = {saved.test_id for saved in run.block.cases if kept[saved.case.id] is not run}
    return [benchmark for benchmark in benchmarks if benchmark["fullname"] not in others]


def _absence(runs: Sequence[RunFile], absent: tuple[str, ...]) -> str:
    shards = [run.block.shard for run in runs if run.block.shard is not None]
    n_shards = shards[0].n_shards
    missing = sorted(set(range(1, n_shards + 1)) - {shard.index for shard in shards})
    which = f"shard {', '.join(f'{index}/{n_shards}' for index in missing)} is not there: " if missing else ""
    return (
        f"{which}{len(absent)} selected cases are in no run, such as {absent[0]}; add what is missing, or "
        "merge with --partial, which keeps them as interrupted"
    )
