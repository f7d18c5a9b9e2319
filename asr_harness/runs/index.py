"""What stands at the head of every saved run of a folder, kept in SQLite so that thousands need not be read.

The files are what counts: a row holds for one path, time of change and size, is made anew where they differ,
and the whole is made anew where it is damaged. It may be deleted at any time.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asr_harness.errors import OtherBenchmarkError, RecordError
from asr_harness.schema import load_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = ".asr-index.sqlite"
VERSION = 2
TABLE = """CREATE TABLE IF NOT EXISTS run (
    path TEXT PRIMARY KEY, mtime_ns INTEGER, size INTEGER, "commit" TEXT, branch TEXT, is_dirty INTEGER,
    time TEXT, has_regressed INTEGER, is_undecided INTEGER, error TEXT, is_other INTEGER)"""
INSERT = "INSERT OR REPLACE INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
LOCK_TIMEOUT_S = 30.0
N_KEPT_AT_ONCE = 100


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
    files = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*.json"))}
    if not files:
        return ()
    try:
        rows = _up_to_date(folder / NAME, files)
    except sqlite3.Error:
        with suppress(OSError):
            (folder / NAME).unlink(missing_ok=True)
        try:
            rows = _up_to_date(folder / NAME, files)
        except sqlite3.Error:  # a folder that cannot be written to, or a disk without room
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
            connection.execute(INSERT, row)
            if n_read % N_KEPT_AT_ONCE == 0:
                connection.commit()  # an interrupted first reading goes on where it was
        connection.commit()
        return connection.execute("SELECT * FROM run").fetchall()


def _changed(files: dict[str, Path], known: dict[str, tuple[int, int]]) -> Iterator[tuple[object, ...]]:
    for name, path in files.items():
        try:
            stat = path.stat()
        except OSError as error:
            yield name, -1, -1, None, None, 0, None, 0, 0, f"cannot read {path}: {error.strerror}", 0
            continue
        if known.get(name) != (stat.st_mtime_ns, stat.st_size):
            yield name, stat.st_mtime_ns, stat.st_size, *_read(path)


def _read(path: Path) -> tuple[object, ...]:
    try:
        run = load_run(path)
    except RecordError as error:
        return None, None, 0, None, 0, 0, str(error), isinstance(error, OtherBenchmarkError)
    time = run.time.isoformat() if run.time else None
    return run.commit, run.branch, run.is_dirty, time, bool(run.regressions), run.is_undecided, None, 0


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
