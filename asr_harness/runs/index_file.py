"""The index on disk: one SQLite file for the runs of a folder, whose rows hold for a file as it was.

Every row is checked by its digits, so that a damaged index is noticed and not believed.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeAlias

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

TABLES = (
    "CREATE TABLE run (name BLOB PRIMARY KEY, stamp BLOB, content BLOB, digits BLOB) WITHOUT ROWID",
    "CREATE TABLE shared (digits BLOB PRIMARY KEY, content BLOB) WITHOUT ROWID",
    """CREATE TABLE value (column TEXT, name BLOB, stamp BLOB, content BLOB, digits BLOB,
    PRIMARY KEY (column, name)) WITHOUT ROWID""",
)
LOCK_TIMEOUT_S = 30.0
N_DIGITS = 12
N_NAMES_AT_ONCE = 500
NO_DAMAGE = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)
"""Codes of errors that another file would meet as well."""

Plain: TypeAlias = Any
"""Numbers, texts and lists of them."""


class DamagedIndexError(Exception):
    """A row is not what was written."""


class OutdatedIndexError(Exception):
    """Another version of the program has taken the file over."""


class IndexedRun(NamedTuple):
    """A row: `stamp` is how the file was; `shared` has what is alike in many runs, by its digits."""

    name: bytes
    stamp: bytes
    content: Plain
    columns: Mapping[str, Plain]


class IndexFile:
    """An open index of one `version`; made empty where it is absent or of another.

    Raises sqlite3.Error, and DamagedIndexError for one that is not as it was made.
    """

    def __init__(self, path: Path, version: int) -> None:
        self._version = version
        self._connection = sqlite3.connect(path, timeout=LOCK_TIMEOUT_S, isolation_level=None)
        try:
            if self._saved_version() != version:
                self._connection.execute("BEGIN IMMEDIATE")
                if self._saved_version() != version:
                    self._make()
                self._connection.execute("COMMIT")
            self._check_tables()
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def load(self, names: Sequence[bytes], columns: Sequence[str]) -> list[IndexedRun]:
        """Give those of these runs that are in it with these columns. Raises DamagedIndexError."""
        values: dict[bytes, dict[str, tuple[bytes, bytes]]] = {}
        for column in columns:
            query = "SELECT name, stamp, content, digits FROM value WHERE column = ? AND name IN"
            for name, stamp, content, digits in self._rows(query, names, column):
                _check(digits, column.encode(), name, stamp, content)
                values.setdefault(name, {})[column] = stamp, content
        runs = []
        for name, stamp, content, digits in self._rows("SELECT * FROM run WHERE name IN", names):
            _check(digits, name, stamp, content)
            of_run = values.get(name, {})
            if all(column in of_run and of_run[column][0] == stamp for column in columns):
                decoded = {column: _decoded(raw) for column, (_, raw) in of_run.items()}
                runs.append(IndexedRun(name, stamp, _decoded(content), decoded))
        return runs

    def _rows(self, query: str, names: Sequence[bytes], *before: str) -> Iterator[tuple[bytes, ...]]:
        """Ask for rows of these names, so many at once as SQLite takes."""
        for start in range(0, len(names), N_NAMES_AT_ONCE):
            some = names[start : start + N_NAMES_AT_ONCE]
            marks = ", ".join("?" * len(some))
            yield from self._connection.execute(f"{query} ({marks})", (*before, *some))

    def names(self) -> set[bytes]:
        """Name the runs that are in it."""
        return {name for (name,) in self._connection.execute("SELECT name FROM run")}

    def shared(self, digits: bytes) -> Plain:
        """Give what is alike in many runs. Raises DamagedIndexError."""
        query = "SELECT content FROM shared WHERE digits = ?"
        row = self._connection.execute(query, (digits,)).fetchone()
        if row is None:
            raise DamagedIndexError
        _check(digits, row[0])
        return _decoded(row[0])

    def save(self, runs: Iterable[IndexedRun], shared: Mapping[bytes, bytes]) -> None:
        """Put runs in. Raises OutdatedIndexError."""
        rows, values = [], []
        for name, stamp, content, columns in runs:
            raw = encoded(content)
            rows.append((name, stamp, raw, digits_of(name, stamp, raw)))
            for column, of_column in columns.items():
                raw = encoded(of_column)
                digits = digits_of(column.encode(), name, stamp, raw)
                values.append((column, name, stamp, raw, digits))
        with self._writing() as connection:
            connection.executemany("INSERT OR REPLACE INTO shared VALUES (?, ?)", shared.items())
            connection.executemany("INSERT OR REPLACE INTO run VALUES (?, ?, ?, ?)", rows)
            connection.executemany("INSERT OR REPLACE INTO value VALUES (?, ?, ?, ?, ?)", values)

    def forget(self, names: Sequence[bytes]) -> None:
        """Take out runs whose files are gone. Raises OutdatedIndexError."""
        with self._writing() as connection:
            for statement in ("DELETE FROM run WHERE name = ?", "DELETE FROM value WHERE name = ?"):
                connection.executemany(statement, [(name,) for name in names])

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            if self._saved_version() != self._version:
                raise OutdatedIndexError
            yield self._connection
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _saved_version(self) -> int:
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])

    def _check_tables(self) -> None:
        """Refuse what has other tables, views or triggers: it may come with runs from anywhere."""
        listed = self._connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        if sorted(sql for (sql,) in listed) != sorted(TABLES):
            raise DamagedIndexError

    def _make(self) -> None:
        for table in ("run", "shared", "value"):
            self._connection.execute(f"DROP TABLE IF EXISTS {table}")
        for statement in TABLES:
            self._connection.execute(statement)
        self._connection.execute(f"PRAGMA user_version = {self._version}")


def is_damage(error: Exception) -> bool:
    """Whether the file is to blame, rather than its place, the disk's room, or others who write to it."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or code & 0xFF not in NO_DAMAGE


def remove(path: Path) -> None:
    """Delete an index, with what would be played back into a later one. Raises OSError."""
    for suffix in ("-journal", "-wal", "-shm", ""):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def encoded(content: Plain) -> bytes:
    """Give a value as bytes. Raises OverflowError, UnicodeEncodeError for what no index can hold."""
    return msgspec.msgpack.encode(content)


def digits_of(*parts: bytes) -> bytes:
    """Give digits that stand for bytes, and for where one part ends."""
    return blake2b(encoded(parts), digest_size=N_DIGITS).digest()


def _check(digits: bytes, *parts: bytes) -> None:
    # What is no bytes, as SQLite lets it stand in any column, has other digits.
    if digits_of(*parts) != digits:
        raise DamagedIndexError


def _decoded(raw: bytes) -> Plain:
    try:
        return msgspec.msgpack.decode(raw)
    except msgspec.MsgspecError as error:
        raise DamagedIndexError from error
