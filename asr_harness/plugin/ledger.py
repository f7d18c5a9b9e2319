"""What became of every selected case of a session, on disk as soon as it is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from asr_harness.counting import counted
from asr_harness.plugin.case_run import ReplayedRun
from asr_harness.plugin.masking import masked
from asr_harness.privacy import NoMask
from asr_harness.runs.journal import Journal
from asr_harness.runs.journal_content import SUFFIX
from asr_harness.runs.resuming import resume
from asr_harness.schema import SavedCase
from asr_harness.schema.journal import JournalEntry, JournalHeader

if TYPE_CHECKING:
    import pytest

    from asr_harness.privacy import Mask
    from asr_harness.runs.journal_content import JournalContent
    from asr_harness.schema import Case, SavedShard
    from asr_harness.schema.conditions import Conditions

FINAL_OUTCOMES = ("measured", "oom", "crashed")
"""Outcomes that a resumed session need not find again."""
MAX_STARTS = 2
"""A case that the process was killed in so often is not tried again."""

UNREACHED = "the session ended before its turn"


def storage_folder(config: pytest.Config) -> Path:
    """Find the folder where pytest-benchmark keeps its runs; ./.benchmarks if they go elsewhere."""
    storage: str = config.getoption("benchmark_storage")
    scheme, _, location = storage.rpartition("://")
    return Path(location if scheme in ("", "file") else ".benchmarks").resolve()


class Ledger:
    """What became of every selected case, by the id of its test.

    `session_id` names the session in its journal and in its file; a resumed one goes on under the name of the
    interrupted.
    """

    def __init__(self, folder: Path, mask: Mask | None = None) -> None:
        self.folder = folder
        self._mask = mask or NoMask()
        self.session_id = uuid4().hex
        self.entries: dict[str, JournalEntry] = {}
        self.replayed: dict[str, ReplayedRun] = {}
        self.selected: dict[str, Case] = {}
        self.shard: SavedShard | None = None
        self._journal: Journal | None = None
        self._on_disk: set[str] = set()
        self._replays_left: set[str] = set()

    @property
    def path(self) -> Path | None:
        """Where the journal of this session lies, while it has one."""
        return self._journal.path if self._journal and self._journal.is_there else None

    @property
    def n_kept(self) -> int:
        """How many measured cases the journal holds."""
        return sum(self.entries[test_id].outcome == "measured" for test_id in self._on_disk)

    @property
    def is_complete(self) -> bool:
        """Whether every selected case came to an end."""
        return all(case.outcome != "interrupted" for case in self.cases())

    def open(self, conditions: Conditions, stamp: str) -> None:
        """Begin a journal. Raises RecordError where it cannot be written."""
        header = JournalHeader(conditions, self.session_id)
        self._journal = Journal.begin(self.folder / f"{stamp}{SUFFIX}", header)
        self._journal.trace()

    def resume(self, conditions: Conditions) -> int:
        """Take over the finished cases of the newest journal that fits, and go on with it.

        Gives the number of its lines that could not be read. Raises RecordError where no journal fits.
        """
        self._journal, content = resume(self.folder, conditions)
        self._journal.trace()
        self.session_id = content.header.session_id or self.session_id
        for test_id, entry in content.entries.items():
            if entry.outcome in FINAL_OUTCOMES:
                self.entries[test_id] = entry
                self._on_disk.add(test_id)
            self._replay(entry)
        self._give_up(content)
        return content.n_skipped

    def start(self, test_id: str) -> None:
        """Note on disk that a case is about to run. Raises RecordError where that fails."""
        if self._journal is not None:
            self._journal.start(test_id)

    def record(self, entry: JournalEntry) -> None:
        """Note what became of a case, and put it on disk before anything else runs.

        Raises RecordError, the case noted in memory, where it cannot be written.
        """
        entry = masked(entry, self._mask)
        self.entries[entry.test_id] = entry
        if self._journal is not None:
            self._journal.write(entry)
            self._on_disk.add(entry.test_id)

    def take(self, entry: JournalEntry) -> None:
        """Note what another process found of a case, to be replayed here. Raises RecordError as `record`."""
        self._replay(entry)
        self.record(entry)

    def was_replayed(self, entry: JournalEntry) -> None:
        """Note what became of a case's replay; measured, its rounds are in pytest-benchmark's hands."""
        self.entries[entry.test_id] = entry
        self._replays_left.discard(entry.test_id)

    def cases(self) -> tuple[SavedCase, ...]:
        """List every selected case with its outcome; one that was never reached is `interrupted`.

        So is one that was measured before and not replayed yet: this session's file would not hold it.
        """
        return tuple(
            SavedCase(case, entry.outcome, entry.reason, test_id)
            if (entry := self.entries.get(test_id)) is not None and test_id not in self._replays_left
            else SavedCase(case, "interrupted", UNREACHED, test_id)
            for test_id, case in self.selected.items()
        )

    def close(self) -> None:
        """Remove the journal, its cases being saved."""
        if self._journal is not None:
            self._journal.remove()
            self._journal = None

    def release(self) -> None:
        """Leave the journal, if there is one, to a session that resumes it."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def _replay(self, entry: JournalEntry) -> None:
        if entry.result is not None:
            self.replayed[entry.test_id] = ReplayedRun(entry.rounds_s, entry.result)
            self._replays_left.add(entry.test_id)

    def _give_up(self, content: JournalContent) -> None:
        """Note what became of cases that the process died in, if it is known, or died in again."""
        for test_id, n_starts in content.unfinished.items():
            if test_id in content.deaths:
                self.record(JournalEntry(test_id, *content.deaths[test_id]))
            elif n_starts >= MAX_STARTS:
                often = counted(n_starts, "time")
                reason = f"the process was killed in it {often}, by what left no trace (SIGKILL?)"
                self.record(JournalEntry(test_id, "crashed", f"{reason}: is memory large enough?"))
