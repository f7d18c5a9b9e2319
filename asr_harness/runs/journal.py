"""A session's journal: one fsynced JSON line for each case that starts or ends, so that a kill loses none.

A write that fails is taken back, so that what follows does not stand on half a line.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from asr_harness.errors import RecordError
from asr_harness.paths import read_file
from asr_harness.runs import deaths
from asr_harness.runs.disk import sync_folder, write_all
from asr_harness.runs.journal_content import SUFFIX
from asr_harness.runs.locking import is_still, try_lock
from asr_harness.schema.journal import CaseStart, JournalEntry, JournalHeader, dump_line
from asr_harness.schema.reading import MAX_FILE_BYTES

if TYPE_CHECKING:
    from pathlib import Path


class Journal:
    """A journal open for writing, and locked against any other session."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor
        self._end = os.lseek(descriptor, 0, os.SEEK_END)
        self._is_traced = False

    @property
    def is_there(self) -> bool:
        """Whether nobody has removed it, or put another in its place."""
        return is_still(self._descriptor, self.path)

    @classmethod
    def begin(cls, path: Path, header: JournalHeader) -> Journal:
        """Start a new journal. Raises RecordError where it cannot be written."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            sweep(path.parent)
            descriptor = _made(path)
        except OSError as error:
            raise RecordError(
                f"cannot begin the journal {path}: {error.strerror}; let --benchmark-storage name a folder "
                "that can be written to"
            ) from error
        journal = cls(path, descriptor)
        try:
            journal._append(header, "nothing has been measured")
        except RecordError:
            journal.remove()
            raise
        sync_folder(path.parent)
        return journal

    @classmethod
    def reopen(cls, path: Path) -> Journal:
        """Go on with a journal, after cutting off a last line that a kill left half written.

        Raises RecordError where it cannot be opened, or another session has it.
        """
        try:
            descriptor = os.open(path, os.O_RDWR)
        except OSError as error:
            raise RecordError(f"cannot open the journal {path}: {error.strerror}") from error
        if not try_lock(descriptor) or not is_still(descriptor, path):
            os.close(descriptor)
            raise RecordError(f"the journal {path} belongs to a session that is running, or has just ended")
        try:
            os.ftruncate(descriptor, read_file(path, MAX_FILE_BYTES).rfind(b"\n") + 1)
        except OSError as error:
            os.close(descriptor)
            raise RecordError(f"cannot go on with the journal {path}: {error.strerror}") from error
        return cls(path, descriptor)

    def start(self, test_id: str) -> None:
        """Note that a case is about to run. Raises RecordError where it cannot be written."""
        self._append(
            CaseStart(test_id, deaths.count_oom_kills()), f"a kill in {test_id} would leave no trace"
        )

    def write(self, entry: JournalEntry) -> None:
        """Append what became of a case, and wait until it is on disk.

        Raises RecordError where it cannot be written; what was written before stays.
        """
        self._append(entry, f"{entry.test_id} is lost if the run is not saved at the end")

    def close(self) -> None:
        """Let go of the journal, and leave it to be resumed."""
        if self._is_traced:
            self._is_traced = False
            deaths.trace_as_before()
        with suppress(OSError):
            os.close(self._descriptor)

    def trace(self) -> None:
        """Let a fatal signal leave its name in the journal."""
        deaths.trace_into(self._descriptor)
        self._is_traced = True

    def remove(self) -> None:
        """Forget the journal, its run being saved."""
        self.path.unlink(missing_ok=True)
        self.close()

    def _append(self, line: JournalHeader | CaseStart | JournalEntry, loss: str) -> None:
        if not self.is_there:
            raise RecordError(f"the journal {self.path} was removed by somebody; {loss}")
        content = msgspec.json.encode(dump_line(line)) + b"\n"
        try:
            os.lseek(self._descriptor, self._end, os.SEEK_SET)
            write_all(self._descriptor, content)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self._end)
            raise RecordError(
                f"cannot write to the journal {self.path}: {error.strerror}; {loss}; make room there"
            ) from error
        self._end = os.lseek(self._descriptor, 0, os.SEEK_CUR)


def sweep(folder: Path) -> None:
    """Remove journals of sessions that were killed before their header was whole: they measured nothing."""
    for path in folder.glob(f"*{SUFFIX}"):
        # Who has a header is left alone, and its lock, too.
        with suppress(OSError):
            if not _has_header(path):
                descriptor = os.open(path, os.O_RDWR)
                if try_lock(descriptor) and not _has_header(path):
                    path.unlink()
                os.close(descriptor)


def _has_header(path: Path) -> bool:
    return not path.is_file() or b"\n" in read_file(path, MAX_FILE_BYTES)


def _made(path: Path) -> int:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
        if try_lock(descriptor) and is_still(descriptor, path):
            return descriptor
        os.close(descriptor)  # another session swept it before it was locked
