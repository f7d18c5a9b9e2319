"""What became of every selected case of a session, on disk as soon as it is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from asr_harness import journal
from asr_harness.errors import RecordError
from asr_harness.plugin.runs import ReplayedRun

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from asr_harness.types import Case

FINAL_OUTCOMES = ("measured", "oom")
"""Outcomes that a resumed session need not find again."""


def storage_folder(config: pytest.Config) -> Path:
    """Find the folder where pytest-benchmark keeps its runs; ./.benchmarks if they go elsewhere."""
    storage: str = config.getoption("benchmark_storage")
    scheme, _, location = storage.rpartition("://")
    return Path(location if scheme in ("", "file") else ".benchmarks").resolve()


class Ledger:
    """What became of every selected case, on disk as soon as it is known."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.entries: dict[str, journal.Entry] = {}
        self.replayed: dict[str, ReplayedRun] = {}
        self.selected: dict[str, Case] = {}
        self._journal: journal.Journal | None = None

    @property
    def path(self) -> Path | None:
        """Where the journal of this session lies, while it has one."""
        return self._journal.path if self._journal else None

    def open(self, header: Mapping[str, Any], stamp: str) -> None:
        """Begin a journal; the header says what this session set out to do."""
        self._journal = journal.Journal.begin(self.folder / f"{stamp}{journal.SUFFIX}", header)

    def resume(self, header: Mapping[str, Any]) -> None:
        """Take over the finished cases of the newest journal, and go on with it.

        Raises RecordError where there is none, or where it was begun for something else.
        """
        path = journal.latest(self.folder)
        if path is None:
            raise RecordError(f"nothing to resume: no interrupted session left a journal in {self.folder}")
        found, entries = journal.read(path)
        journal.check_header(path, found, header)
        for entry in entries:
            if entry.outcome in FINAL_OUTCOMES:
                self.entries[entry.case_id] = entry
        for case_id, entry in self.entries.items():
            if entry.outcome == "measured":
                self.replayed[case_id] = ReplayedRun(entry.rounds_s, entry.extra_info)
        self._journal = journal.Journal.reopen(path)

    def record(
        self,
        case_id: str,
        outcome: str,
        reason: str | None = None,
        *,
        rounds_s: tuple[float, ...] = (),
        extra_info: Mapping[str, Any] | None = None,
    ) -> None:
        """Note an outcome and put it on disk before anything else runs."""
        entry = journal.Entry(case_id, outcome, reason, rounds_s, extra_info or {})
        self.entries[case_id] = entry
        if self._journal is not None:
            self._journal.write(entry)

    def outcomes(self) -> list[Mapping[str, Any]]:
        """List every selected case with its outcome; one that was never reached is `interrupted`."""
        unreached = journal.Entry("", "interrupted", "the session ended before its turn", (), {})
        return [
            {
                "name": case_id,
                "case": {name: getattr(case, name) for name in case.__slots__},
                "outcome": self.entries.get(case_id, unreached).outcome,
                "reason": self.entries.get(case_id, unreached).reason,
            }
            for case_id, case in self.selected.items()
        ]

    @property
    def is_complete(self) -> bool:
        """Whether every selected case came to an end."""
        return all(outcome["outcome"] != "interrupted" for outcome in self.outcomes())

    def close(self) -> None:
        """Remove the journal, its cases being saved."""
        if self._journal is not None:
            self._journal.remove()
            self._journal = None
