"""What a journal's lines are: a header, what started, and what became of it.

A journal is one JSON line a part. Each says the version of its format, as saved runs do; `schema.migrate`
has the history.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from asr_harness.errors import RecordError
from asr_harness.schema import migrate
from asr_harness.schema.case import Outcome
from asr_harness.schema.conditions import Conditions
from asr_harness.schema.part import NotNegative, NotNegativeCount, Part, dump, load
from asr_harness.schema.result import CaseResult


@dataclass(frozen=True, slots=True)
class JournalHeader(Part):
    """The first line: which session this is, and what it measures under which conditions."""

    conditions: Conditions
    session_id: str | None = None


@dataclass(frozen=True, slots=True)
class CaseStart(Part):
    """A case is about to run: if nothing follows, the process was killed in it.

    `n_oom_kills` is what the kernel had ended for want of memory by then.
    """

    started: str
    n_oom_kills: NotNegativeCount | None = None


@dataclass(frozen=True, slots=True)
class JournalEntry(Part):
    """What became of the case of a test; `rounds_s` is what pytest-benchmark's own clock gave."""

    test_id: str
    outcome: Outcome
    reason: str | None = None
    rounds_s: tuple[NotNegative, ...] = field(default=())
    result: CaseResult | None = None

    def check(self) -> None:
        """Raise RecordError for a measured case without its rounds or result, and for any other with them."""
        is_measured = self.outcome == "measured"
        if is_measured != (self.result is not None) or is_measured != bool(self.rounds_s):
            raise RecordError(f"outcome {self.outcome!r} of {self.test_id} does not go with its result")


def dump_line(line: JournalHeader | CaseStart | JournalEntry) -> dict[str, Any]:
    """Give a line as plain JSON values."""
    return {"version": migrate.VERSION, **dump(line)}


def load_header(line: object, owner: str) -> JournalHeader:
    """Read the first line of a journal of any version. Raises RecordError where it is none."""
    values = _versioned(line, owner)
    if "version" not in values:
        values = migrate.journal_header_from_1(values)
    return load(JournalHeader, values, owner)


def load_line(line: object, owner: str) -> CaseStart | JournalEntry:
    """Read any other line of a journal of any version. Raises RecordError where it is none."""
    values = _versioned(line, owner)
    if "version" not in values:
        values = migrate.journal_entry_from_1(values)
    if "started" in values:
        return load(CaseStart, values, owner)
    return load(JournalEntry, values, owner)


def _versioned(line: object, owner: str) -> Mapping[str, Any]:
    if not isinstance(line, dict):
        raise RecordError(f"{owner}: values by name were expected")
    version = line.get("version", 1)
    if version not in (1, migrate.VERSION):
        raise migrate.TooNewError(
            f"{owner} has version {version!r}; this asr-harness knows {migrate.VERSION}: update it"
        )
    return line
