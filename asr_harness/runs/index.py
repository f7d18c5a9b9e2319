"""What stands at the head of every saved run of a folder, kept in SQLite so that thousands need not be read.

The files are what counts: a row holds for one path, time of change and size, is made anew where they differ,
and the whole is made anew where it is damaged. It may be deleted at any time.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

from asr_harness.errors import OtherBenchmarkError, RecordError
from asr_harness.schema import load_run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

NAME = ".asr-index.sqlite"
VERSION = 3
TABLE = """CREATE TABLE IF NOT EXISTS run (
    path TEXT PRIMARY KEY, mtime_ns INTEGER, size INTEGER, "commit" TEXT, branch TEXT, is_dirty INTEGER,
    time TEXT, has_regressed INTEGER, is_undecided INTEGER, error TEXT, is_other INTEGER, checksum INTEGER)"""
SELECT = """SELECT path, mtime_ns, size, "commit", branch, is_dirty, time, has_regressed, is_undecided, error,
    is_other, checksum FROM run"""
INSERT = "INSERT OR REPLACE INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
LOCK_TIMEOUT_S = 30.0
N_KEPT_AT_ONCE = 100
DAMAGED = (sqlite3.Error, UnicodeError)


@dataclass(frozen=True, slots=True)
class Header:
    """A run's head; `error` says why it cannot be read, `is_other` that it is another benchmark's."""

    path: Path
    commit: str | None
    branch: str | None
    is_dirty: bool
    time: str | None
    has_regressed: bool
    is_undecided: bool = False
    error: str | None = None
    is_other: bool = False

    @property
    def label(self) -> str:
        """Name the commit as `RunFile.label` does."""
        name = self.commit[:7] if self.commit else self.path.stem
        return f"{name}+" if self.is_dirty else name


def headers(folder: Path) -> tuple[Header, ...]:
    """Give the head of every JSON file in a folder, oldest run first."""
    files = {_plain(str(path.relative_to(folder))): path for path in sorted(folder.rglob("*.json"))}
    if not files:
        return ()
    try:
        rows = _up_to_date(folder / NAME, files)
    except DAMAGED:
        with suppress(OSError):
            (folder / NAME).unlink(missing_ok=True)
        try:
            rows = _up_to_date(folder / NAME, files)
        except DAMAGED:  # a folder that cannot be written to, or a disk without room
            rows = _up_to_date(":memory:", files)
    heads = (_header(files, row) for row in rows)
    return tuple(sorted(heads, key=lambda head: (head.time is not None, head.time or "", head.path.name)))


def _up_to_date(database: Path | str, files: dict[str, Path]) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database, timeout=LOCK_TIMEOUT_S)) as connection:
        if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            connection.execute("DROP TABLE IF EXISTS run")
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute(TABLE)
        known = {
            path: (mtime_ns, size)
            for path, mtime_ns, size in connection.execute("SELECT path, mtime_ns, size FROM run")
        }
        gone = known.keys() - files.keys()
        connection.executemany("DELETE FROM run WHERE path = ?", [(path,) for path in gone])
        for n_read, row in enumerate(_changed(files, known), 1):
            connection.execute(INSERT, (*row, _checksum(row)))
            if n_read % N_KEPT_AT_ONCE == 0:
                connection.commit()  # an interrupted first reading goes on where it was
        connection.commit()
        rows = [_checked(row) for row in connection.execute(SELECT)]
    if sorted(str(row[0]) for row in rows) != sorted(files):
        raise sqlite3.DatabaseError("a run is missing, or there twice")
    return rows


def _checked(row: tuple[object, ...]) -> tuple[object, ...]:
    """Give a row as it was put in; SQLite itself does not notice a bit that fell over."""
    *values, checksum = row
    if checksum != _checksum(values):
        raise sqlite3.DatabaseError("a row is not as it was written")
    return tuple(values)


def _checksum(values: Iterable[object]) -> int:
    # SQLite gives truth values back as numbers.
    return crc32(repr([int(value) if isinstance(value, bool) else value for value in values]).encode())


def _changed(files: dict[str, Path], known: dict[str, tuple[int, int]]) -> Iterator[tuple[object, ...]]:
    for name, path in files.items():
        try:
            stat = path.stat()
        except OSError as error:
            yield name, -1, -1, None, None, 0, None, 0, 0, _plain(f"cannot read {path}: {error.strerror}"), 0
            continue
        if known.get(name) != (stat.st_mtime_ns, stat.st_size):
            yield name, stat.st_mtime_ns, stat.st_size, *_read(path)


def _read(path: Path) -> tuple[object, ...]:
    try:
        run = load_run(path)
    except RecordError as error:
        return None, None, 0, None, 0, 0, _plain(str(error)), isinstance(error, OtherBenchmarkError)
    time = run.time.isoformat() if run.time else None
    return run.commit, run.branch, run.is_dirty, time, bool(run.regressions), run.is_undecided, None, 0


def _plain(text: str) -> str:
    """Spell out the bytes of a file's name that are no UTF-8, which SQLite cannot hold."""
    return text.encode("utf-8", "backslashreplace").decode()


def _header(files: dict[str, Path], row: tuple[object, ...]) -> Header:
    name, _, _, commit, branch, is_dirty, time, has_regressed, is_undecided, error, is_other = row
    return Header(
        files[str(name)],
        None if commit is None else str(commit),
        None if branch is None else str(branch),
        bool(is_dirty),
        None if time is None else str(time),
        bool(has_regressed),
        bool(is_undecided),
        None if error is None else str(error),
        bool(is_other),
    )
