"""Summaries of saved runs, kept in SQLite beside them so that thousands need not be read again.

The files are what counts: a row holds for a file of one inode, size and times of change, is made anew where
these differ, and all are where the index is damaged or of other code. It may be deleted at any time, and
without one the answers are the same.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import fields
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

from asr_harness import __version__
from asr_harness import cache as cache_folder
from asr_harness.errors import RecordError
from asr_harness.runs.index_file import (
    DamagedIndexError,
    IndexedRun,
    IndexFile,
    OutdatedIndexError,
    Plain,
    digits_of,
    encoded,
    is_damage,
    remove,
)
from asr_harness.runs.summary import (
    CASE_FIELDS,
    CaseHead,
    Header,
    Machine,
    Summary,
    header,
    kept_columns,
    summarised,
)
from asr_harness.schema import Case, Environment, load_run
from asr_harness.schema.part import dump, load
from asr_harness.schema.reading import not_ours

NAME = ".asr-index.sqlite"
WORTH_BYTES = 4 << 20
"""Of saved runs: fewer are read as soon as an index of them."""
SETTLED_S = 2.0
"""After which a file that changes again has other times; some file systems count in seconds."""
N_KEPT_AT_ONCE = 100
N_TOLD = 500
SOURCES = ("metrics", "runs", "schema", "stats", "privacy.py")
"""Code that what is kept depends on."""

Kept: TypeAlias = tuple[Header, tuple[Summary, ...]]
Tell: TypeAlias = Callable[[str], None]


def headers(paths: Iterable[Path], tell: Tell = lambda _: None) -> tuple[Header, ...]:
    """Give the head of each file, oldest run first; `error` says what cannot be read."""
    heads = (head for head, _ in kept(paths, (), tell))
    return tuple(sorted(heads, key=lambda head: head.age))


def kept(paths: Iterable[Path], columns: Sequence[str], tell: Tell = lambda _: None) -> list[Kept]:
    """Give head and summaries of each file, in their order, with these columns of `kept_columns`.

    `tell` hears how far the reading of many files is that no index holds yet.
    """
    listed = list(dict.fromkeys(paths))
    if not set(columns) <= set(kept_columns()):  # a metric from elsewhere, whose code may change
        return [_read(path, columns) for path in listed]
    # By their parts: making a path of each folder, and looking it up, takes longer than reading the row.
    by_folder: dict[tuple[str, ...], list[Path]] = {}
    for path in listed:
        by_folder.setdefault(path.parts[:-1], []).append(path)
    found: dict[Path, Kept] = {}
    for of_folder in by_folder.values():
        found |= _Reading(of_folder, columns, tell).all()
    return [found[path] for path in listed]


def _read(path: Path, columns: Sequence[str]) -> Kept:
    try:
        run = load_run(path)
    except RecordError as error:
        return Header(path, error=error), ()
    return header(run), summarised([run], columns)


class _Reading:
    """Reads the files of one folder: from its index where that holds them, and else one by one.

    Each goes by its name, as the index has it.
    """

    def __init__(self, paths: Sequence[Path], columns: Sequence[str], tell: Tell) -> None:
        self._folder, self._columns, self._tell = paths[0].parent, columns, tell
        self._paths = {os.fsencode(path.name): path for path in paths}
        self._found: dict[bytes, Kept] = {}
        self._stamps: dict[bytes, bytes] = {}
        self._unsettled: set[bytes] = set()
        self._n_bytes = 0
        now_ns = time.time_ns()
        for name, path in self._paths.items():
            try:
                stat = path.stat()
            except OSError as error:
                words = f"cannot read {path}: {error.strerror}"
                self._found[name] = Header(path, error=RecordError(words)), ()
                continue
            self._stamps[name] = encoded((stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns))
            self._n_bytes += stat.st_size
            if now_ns - stat.st_ctime_ns < SETTLED_S * 1e9:
                self._unsettled.add(name)

    def all(self) -> dict[Path, Kept]:
        """Read what there is, by the first index that works, or without any."""
        own = self._folder / NAME
        if self._n_bytes >= WORTH_BYTES or own.exists():
            self._with_index(own) or self._with_index(own) or self._with_index(_elsewhere(self._folder))
        for name in self._missing():
            self._found[name] = _read(self._paths[name], self._columns)
        return {path: self._found[name] for name, path in self._paths.items()}

    def _missing(self) -> list[bytes]:
        return [name for name in self._stamps if name not in self._found]

    def _with_index(self, place: Path) -> bool:
        """Whether this index worked; one that is damaged is removed, and what was read so far stays."""
        try:
            if place.parent != self._folder:
                place.parent.mkdir(parents=True, exist_ok=True)
            with IndexFile(place, version()) as index:
                self._complete(index, self._take(index))
        except (OutdatedIndexError, OSError):
            return False
        except (DamagedIndexError, sqlite3.Error) as error:
            if is_damage(error):
                with suppress(OSError):
                    remove(place)
            return False
        return True

    def _take(self, index: IndexFile) -> list[bytes]:
        """Take what the index holds of files that are as they were; give the names of those that are gone."""
        made = _Made(index)
        for row in index.load(self._missing(), self._columns):
            if self._stamps[row.name] == row.stamp:
                self._found[row.name] = made.kept(self._paths[row.name], row)
        others = index.names() - self._paths.keys()
        if not others:
            return []
        return list(others.difference(map(os.fsencode, os.listdir(self._folder))))  # noqa: PTH208  # names alone

    def _complete(self, index: IndexFile, gone: Sequence[bytes]) -> None:
        """Read the files that the index does not hold, and put them in, so many at once that an interrupted
        first reading goes on where it was.
        """
        missing = self._missing()
        for start in range(0, len(missing), N_KEPT_AT_ONCE):
            rows: list[IndexedRun] = []
            shared: dict[bytes, bytes] = {}
            for place, name in enumerate(missing[start : start + N_KEPT_AT_ONCE], start):
                self._tell_of(place, len(missing))
                row, parts = self._read(name)
                if row is not None and name not in self._unsettled:
                    rows.append(row)
                    shared |= parts
            if rows:
                index.save(rows, shared)
        if gone:
            index.forget(gone)

    def _tell_of(self, n_read: int, n: int) -> None:
        if n >= N_TOLD and n_read % N_TOLD == 0:
            self._tell(f"{self._folder}: {n_read:,} of {n:,} new saved runs read into the index")

    def _read(self, name: bytes) -> tuple[IndexedRun | None, dict[bytes, bytes]]:
        """Read a file; give its row, and what that shares with others."""
        stamp = self._stamps[name]
        head, parts = _read(self._paths[name], kept_columns())
        self._found[name] = head, tuple(part.with_columns(self._columns) for part in parts)
        if head.is_other:
            return IndexedRun(name, stamp, None, dict.fromkeys(kept_columns())), {}
        if head.error:
            # Not kept: the words depend on how the folder was named, and the file may be mended.
            return None, {}
        try:
            return _row(name, stamp, head, parts)
        except (OverflowError, ValueError):  # numbers beyond 64 bits
            return None, {}


class _Made:
    """Makes summaries of rows; what is alike in many of them is made once."""

    def __init__(self, index: IndexFile) -> None:
        self._index = index
        self._machines: dict[bytes, Machine] = {}
        self._cases: dict[bytes, tuple[CaseHead, ...]] = {}

    def kept(self, path: Path, row: IndexedRun) -> Kept:
        if row.content is None:
            return Header(path, error=not_ours(path)), ()
        values, parts = row.content
        head = Header(path, *values)
        return head, tuple(
            Summary(
                head,
                self._machine(machine),
                self._cases_of(cases),
                {name: of_parts[place] for name, of_parts in row.columns.items()},
                code,
            )
            for place, (machine, cases, code) in enumerate(parts)
        )

    def _machine(self, digits: bytes) -> Machine:
        if digits not in self._machines:
            environment, digest = self._index.shared(digits)
            self._machines[digits] = Machine(load(Environment, environment, "the index"), digest)
        return self._machines[digits]

    def _cases_of(self, digits: bytes) -> tuple[CaseHead, ...]:
        if digits not in self._cases:
            self._cases[digits] = tuple(
                CaseHead(load(Case, case, "the index"), *rest) for case, *rest in self._index.shared(digits)
            )
        return self._cases[digits]


def _row(
    name: bytes, stamp: bytes, head: Header, parts: Sequence[Summary]
) -> tuple[IndexedRun, dict[bytes, bytes]]:
    shared: dict[bytes, bytes] = {}

    def put(content: Plain) -> bytes:
        raw = encoded(content)
        shared[digits_of(raw)] = raw
        return digits_of(raw)

    placed = [
        (
            put((dump(part.machine.environment), part.machine.digest)),
            put([(dump(one.case), *(getattr(one, name) for name in CASE_FIELDS)) for one in part.cases]),
            part.code,
        )
        for part in parts
    ]
    values = [getattr(head, one.name) for one in fields(Header)[1:-1]]
    columns = {column: [part.columns[column] for part in parts] for column in kept_columns()}
    encoded((values, columns))
    return IndexedRun(name, stamp, (values, placed), columns), shared


@cache
def version() -> int:
    """Stand for the code that what is kept depends on, in the 31 bits that SQLite has for it."""
    package, content = Path(__file__).parents[1], sha256(__version__.encode())
    for source in SOURCES:
        place = package / source
        for path in sorted(place.rglob("*.py")) if place.is_dir() else (place,):
            with suppress(OSError):
                content.update(path.read_bytes())
    return int.from_bytes(content.digest()[:4], "big") >> 1 or 1


def _elsewhere(folder: Path) -> Path:
    """Give the place of the index of a folder that cannot be written to: in the cache."""
    digits = sha256(os.fsencode(folder.resolve())).hexdigest()[:24]
    return cache_folder.root() / "indexes" / f"{digits}.sqlite"
