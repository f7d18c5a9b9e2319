"""Readers of what commands keep beside runs, and of lists: of cases, shares, the index, searches, fleets."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import asdict
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from asr_harness.ab.bisecting import Look, Search
from asr_harness.cli import bisect
from asr_harness.errors import AsrHarnessError
from asr_harness.fleet.store import HEADER, Store
from asr_harness.plugin import sharding
from asr_harness.runs import index, merging
from asr_harness.schema import load_run, parse_run
from asr_harness.schema.conditions import Conditions
from asr_harness.schema.part import dump
from tests.saved_runs import content, measured
from tools.fuzzing import mutating
from tools.fuzzing.reading import Reader

if TYPE_CHECKING:
    from random import Random

CASES = b"whisper-tiny-cpu-5s-b1-baseline\nctc-mini-cpu-15s-b2-bf16\n"
SHARES = b"2/5\n1/1\n10/12"
COMMITS = ("a" * 40, "b" * 40, "c" * 40)
CASE = "whisper-tiny-cpu-5s-b1-baseline"
OTHER = "whisper-tiny-cpu-5s-b4-baseline"


def _read_cases(raw: bytes, folder: Path) -> None:
    path = folder / "cases"
    path.write_bytes(raw)
    sharding.listed(path)


def _read_shares(raw: bytes, _: Path) -> None:
    failures = []
    for word in raw.decode("utf-8", "surrogateescape").split("\n"):
        try:
            sharding.parse(word)
        except AsrHarnessError as error:
            failures.append(error)
    if failures:
        raise failures[0]


@cache
def _index() -> bytes:
    with TemporaryDirectory() as name:
        folder = Path(name)
        for number, commit in enumerate("ab"):
            (folder / f"{number:04}_run.json").write_text(json.dumps(content(measured(), commit=commit * 40)))
        # Two runs are too few, and too new, to be worth one.
        with patch.object(index, "WORTH_BYTES", 0), patch.object(index, "SETTLED_S", 0.0):
            index.headers(sorted(folder.glob("*.json")))
        return (folder / index.NAME).read_bytes()


def _mutate_index(random: Random) -> bytes:
    """Break the file as bytes, or put other values into its rows and other columns into its table."""
    raw = _index()
    if mutating.happens(random, 0.5):
        return mutating.of_bytes(raw, random)
    with TemporaryDirectory() as name:
        path = Path(name) / index.NAME
        path.write_bytes(raw)
        with closing(sqlite3.connect(path)) as connection:
            columns = [row[1] for row in connection.execute("PRAGMA table_info(run)")]
            column = random.choice(columns)
            if mutating.happens(random, 0.2):
                connection.execute(f'ALTER TABLE run RENAME COLUMN "{column}" TO "other"')
            else:
                value = mutating.nasty(random)
                if not isinstance(value, str | bytes | float | type(None)) or value != value:  # noqa: PLR0124
                    value = json.dumps(value)[:1000].encode()
                if isinstance(value, str):
                    value = value.encode("utf-8", "surrogatepass")
                    connection.execute(f'UPDATE OR IGNORE run SET "{column}" = CAST(? AS TEXT)', (value,))
                else:
                    connection.execute(f'UPDATE OR IGNORE run SET "{column}" = ?', (value,))
            connection.commit()
        return path.read_bytes()


def _read_index(raw: bytes, folder: Path) -> None:
    for number, commit in enumerate("ab"):
        (folder / f"{number:04}_run.json").write_text(json.dumps(content(measured(), commit=commit * 40)))
    (folder / index.NAME).write_bytes(raw)
    heads = index.headers(sorted(folder.glob("*.json")))
    if len(heads) != len("ab"):
        raise AssertionError(f"{len(heads)} heads of 2 runs")
    _ = [head.label for head in heads]


def _search() -> Any:
    search = Search(COMMITS)
    search.note(COMMITS[0], Look({"latency": 0.1}, {"words": "x"}, {"words": "y"}))
    return asdict(search)


def _read_search(raw: bytes, folder: Path) -> None:
    path = folder / "state.json"
    path.write_bytes(raw)
    search = bisect._load(path, COMMITS)  # noqa: SLF001
    for commit in COMMITS:
        search.changed_signals(commit)
    bisect._save(path, search)  # noqa: SLF001


def _read_fleet(raw: bytes, folder: Path) -> None:
    (folder / HEADER).write_bytes(raw)
    Store.resume(folder, Conditions(("x",))).runs()


@cache
def _sound(case: str) -> str:
    made = content(measured(case), commit="a" * 40)
    made["asr"]["session_id"] = case
    return json.dumps(made)


def _read_merged(raw: bytes, folder: Path) -> None:
    path = folder / "0001_run.json"
    path.write_bytes(raw)
    other = folder / "0002_run.json"
    other.write_text(_sound(OTHER))
    merged = merging.merge((load_run(path), load_run(other)), folder / "merged.json", is_partial=True)
    parse_run(Path("merged.json"), json.loads(json.dumps(merged.content)))


READERS = (
    Reader("cases", lambda random: mutating.of_lines(CASES, random), _read_cases),
    Reader("shards", lambda random: mutating.of_lines(SHARES, random, "/ "), _read_shares),
    Reader("index", _mutate_index, _read_index),
    Reader("bisection", lambda random: mutating.of_json(_search(), random), _read_search),
    Reader("fleet", lambda random: mutating.of_json(dump(Conditions(("x",))), random), _read_fleet),
    Reader("merge", lambda random: mutating.of_json(json.loads(_sound(CASE)), random), _read_merged),
)
