"""A saved run: one process and the one JSON file that it left, the unit of statistics.

The file is pytest-benchmark's, which keeps its own commands working. What is ours stands in two places of it:
the `asr` block (`Block`), and the `extra_info` of each benchmark (`CaseResult`). `schema.migrate` has the
history of the format.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from asr_harness.errors import RecordError
from asr_harness.schema import migrate
from asr_harness.schema.case import Case, Outcome
from asr_harness.schema.code import CodeRecord
from asr_harness.schema.digest import digest
from asr_harness.schema.environment import Environment, MachinePeaks
from asr_harness.schema.part import Part, dump
from asr_harness.schema.plan import SavedPlan
from asr_harness.schema.result import CaseResult
from asr_harness.schema.session import SavedShard, SessionCost, SessionPart

BLOCK = "asr"
"""The key of our block in pytest-benchmark's JSON."""
Age = tuple[bool, str, str]
UNKNOWN_COMMITS = frozenset({"unknown", "unversioned"})
"""What pytest-benchmark saves where git names none."""


@dataclass(frozen=True, slots=True)
class SavedCase(Part):
    """A case that was selected, and what became of it; `test_id` is the name of its benchmark, if any."""

    case: Case
    outcome: Outcome
    reason: str | None = None
    test_id: str = ""


UNDECIDED = 3
"""The exit status of a judgement that was left open."""


@dataclass(frozen=True, slots=True)
class SavedJudgement(Part):
    """What the session itself judged when it was saved: names of the runs, and the metrics that regressed."""

    against: tuple[str, ...] = ()
    regressions: tuple[str, ...] = ()
    exit_status: int | None = None


@dataclass(frozen=True, slots=True)
class Block(Part):
    """Our part of the file, but for the results.

    `session_id` is the same in every file that one session left, be it interrupted and resumed in between.
    A merged file has `parts`, and then `environment` is the first one's.
    """

    cases: tuple[SavedCase, ...]
    environment: Environment
    schema_version: int = migrate.VERSION
    session_id: str | None = None
    profile: str | None = None
    plan: SavedPlan = field(default_factory=SavedPlan)
    session: SessionCost = field(default_factory=SessionCost)
    peaks: Mapping[str, MachinePeaks] = field(default_factory=dict)
    judgement: SavedJudgement = field(default_factory=SavedJudgement)
    code: CodeRecord | None = None
    shard: SavedShard | None = None
    parts: tuple[SessionPart, ...] = ()

    def check(self) -> None:
        """Raise RecordError for two cases of one name, one of which would be lost, and for a case that no
        part, or two, say they measured.
        """
        _check_distinct([saved.case.id for saved in self.cases])
        if self.parts:
            of_parts = [case_id for part in self.parts for case_id in part.cases]
            _check_distinct(of_parts)
            if set(of_parts) != {saved.case.id for saved in self.cases}:
                raise RecordError("the parts of a merged run do not have its cases")

    def environment_of(self, case_id: str) -> Environment:
        """Give the machine and software that a case ran on."""
        for part in self.parts:
            if case_id in part.cases:
                return part.environment
        return self.environment


def _check_distinct(case_ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for case_id in case_ids:
        if case_id in seen:
            raise RecordError(f"two cases are called {case_id}")
        seen.add(case_id)


@dataclass(frozen=True, slots=True)
class Commit(Part):
    """The commit that a run measured, as pytest-benchmark saw it."""

    id: str | None = None
    branch: str | None = None
    dirty: bool = False


@dataclass(frozen=True, slots=True)
class CaseRecord(Part):
    """What a run says of one case; `result` is there if the outcome is `measured`."""

    case: Case
    outcome: Outcome
    reason: str | None = None
    result: CaseResult | None = None

    def check(self) -> None:
        """Raise RecordError for a measured case without a result, and for any other with one."""
        if (self.outcome == "measured") != (self.result is not None):
            raise RecordError(f"outcome {self.outcome!r} of {self.case.id} does not go with its result")


@dataclass(frozen=True, slots=True)
class RunFile:
    """One process and what it saved; `records` has every selected case by its id."""

    path: Path
    commit: str | None
    branch: str | None
    is_dirty: bool
    time: datetime | None
    block: Block
    records: Mapping[str, CaseRecord]

    @property
    def environment(self) -> Environment:
        """The machine and the software; of a merged run those of its first part."""
        return self.block.environment

    @property
    def environment_digest(self) -> str:
        """Stand for the machine and the software in a few digits."""
        return digest(dump(self.environment))

    @property
    def environments(self) -> tuple[Environment, ...]:
        """Every machine that cases ran on: several in a merged run alone."""
        return tuple(part.environment for part in self.block.parts) or (self.block.environment,)

    @property
    def sessions(self) -> frozenset[str]:
        """The ids of the sessions whose cases these are; none in files that do not name them."""
        own = () if self.block.session_id is None else (self.block.session_id,)
        return frozenset(part.session_id for part in self.block.parts) or frozenset(own)

    def by_machine(self) -> tuple[RunFile, ...]:
        """Give a merged run as one for each of its parts, any other as it is."""
        return tuple(self._part(part) for part in self.block.parts) or (self,)

    def _part(self, part: SessionPart) -> RunFile:
        of_part = set(part.cases)
        block = replace(
            self.block,
            cases=tuple(saved for saved in self.block.cases if saved.case.id in of_part),
            environment=part.environment,
            session_id=part.session_id,
            session=part.session,
            peaks=part.peaks,
            code=part.code,
            parts=(),
        )
        records = {case_id: self.records[case_id] for case_id in self.records if case_id in of_part}
        return replace(self, block=block, records=records)

    @property
    def label(self) -> str:
        """Name the commit in a few characters, with a `+` where the tree had changes."""
        return label_of(self.commit, self.path, is_dirty=self.is_dirty)

    @property
    def age(self) -> Age:
        """What sorts runs, oldest first."""
        return age_of(self.time.isoformat() if self.time else None, self.path)

    @property
    def identity(self) -> tuple[object, ...]:
        """What two files have alike only if they are one measurement: copies, or a session's parts."""
        if self.block.session_id is not None:
            return ("session", self.block.session_id)
        results = (record.result for record in self.records.values())
        rounds = next((result.speed.batch_latency_s for result in results if result is not None), ())
        return self.time, self.commit, tuple(self.records), rounds

    @property
    def is_merged(self) -> bool:
        """Whether it was put together from the files of several sessions."""
        return bool(self.block.parts)

    @property
    def is_unnamed_rest(self) -> bool:
        """Whether an interrupted session left it that, being of version 1, it does not name."""
        return self.block.session_id is None and any(
            case.outcome == "interrupted" for case in self.block.cases
        )

    @property
    def n_measured(self) -> int:
        """How many of its cases were measured."""
        return sum(record.outcome == "measured" for record in self.records.values())

    @property
    def saved_s(self) -> float:
        """When it was saved, in seconds since 1970."""
        return self.time.timestamp() if self.time else 0.0

    def first_shared_rounds_are_equal(self, other: RunFile) -> bool:
        """Whether the first case that both measured has the very same rounds in them."""
        for case_id, record in self.records.items():
            same = other.records.get(case_id)
            if record.result is not None and same is not None and same.result is not None:
                return record.result.speed.batch_latency_s == same.result.speed.batch_latency_s
        return False

    @property
    def regressions(self) -> tuple[str, ...]:
        """List what the session itself judged to have regressed when the run was saved."""
        return self.block.judgement.regressions

    @property
    def is_undecided(self) -> bool:
        """Whether the session's own judgement was left open; under `--undecided pass` it was accepted."""
        return self.block.judgement.exit_status == UNDECIDED


DIRTY = "+"
"""Ends the label of a run with uncommitted changes."""


def label_of(commit: str | None, path: Path, *, is_dirty: bool) -> str:
    """Name a commit in a few characters; without one, the file stands for it."""
    name = commit[:7] if commit else path.stem
    return name + DIRTY if is_dirty else name


def age_of(written_time: str | None, path: Path) -> Age:
    """Give what sorts runs, oldest first, by a time as ISO 8601 has it; those without one are the oldest."""
    return written_time is not None, written_time or "", path.name
