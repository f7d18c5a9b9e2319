"""The index says what the files say, whatever becomes of either."""

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from asr_harness.runs import index, select_runs
from asr_harness.runs.index import NAME, headers
from tests.saved_runs import measured, unmeasured, write_run


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    for number, commit in enumerate("abc"):
        write_run(tmp_path / f"{number:04d}_x.json", measured(), commit=commit * 40, day=number)
    return tmp_path


def test_a_file_is_read_once(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = headers(storage)
    monkeypatch.setattr(index, "load_run", lambda path: pytest.fail(f"read {path} again"))
    assert headers(storage) == first
    assert [head.label for head in first] == ["aaaaaaa", "bbbbbbb", "ccccccc"]


def test_a_file_that_changed_is_read_again_and_one_that_went_is_gone(storage: Path) -> None:
    headers(storage)
    write_run(storage / "0001_x.json", measured(), measured("m-cpu-5s-b1-baseline"), commit="d" * 40, day=5)
    (storage / "0000_x.json").unlink()
    assert [head.commit for head in headers(storage)] == ["c" * 40, "d" * 40]


def test_a_damaged_index_is_made_anew(storage: Path) -> None:
    whole = headers(storage)
    (storage / NAME).write_bytes(b"no database" * 100)
    assert headers(storage) == whole
    assert (storage / NAME).read_bytes().startswith(b"SQLite")


def test_a_folder_that_cannot_be_written_to_is_read_all_the_same(storage: Path) -> None:
    (storage / NAME).mkdir()
    assert len(headers(storage)) == 3


def test_damaged_and_foreign_files_are_told_apart(storage: Path) -> None:
    (storage / "9.json").write_text("{")
    (storage / "8.json").write_text('{"benchmarks": []}')
    heads = {head.path.name: head for head in headers(storage)}
    assert "is not JSON" in (heads["9.json"].error or "")
    assert heads["8.json"].is_other
    assert not heads["9.json"].is_other


def test_latest_reads_its_own_commit_alone(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    headers(storage)
    for name in ("0000_x.json", "0001_x.json"):
        stat = (storage / name).stat()
        (storage / name).write_text(" " * stat.st_size)
        os.utime(storage / name, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    (run,) = select_runs("latest:main", storage)
    assert run.commit == "c" * 40


def test_an_outcome_is_no_hindrance(tmp_path: Path) -> None:
    write_run(tmp_path / "0001_x.json", unmeasured("oom"))
    assert [head.error for head in headers(tmp_path)] == [None]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE run SET path = NULL WHERE path LIKE '0001%'",
        "UPDATE run SET path = CAST(path AS BLOB) WHERE path LIKE '0001%'",
        "UPDATE run SET \"commit\" = replace(\"commit\", 'b', 'c')",
        "UPDATE run SET is_dirty = 1",
        'ALTER TABLE run DROP COLUMN "commit"',
        "DROP TABLE run",
    ],
)
def test_an_index_that_says_other_than_what_was_written_is_made_anew(storage: Path, damage: str) -> None:
    whole = headers(storage)
    with closing(sqlite3.connect(storage / NAME)) as connection:
        connection.execute(damage)
        connection.commit()
    assert headers(storage) == whole


@pytest.mark.skipif(sys.platform != "linux", reason="names there are bytes")
def test_a_name_that_is_no_text_is_read_all_the_same(storage: Path) -> None:
    os.link(storage / "0001_x.json", os.fsencode(storage) + b"/0009_\xff.json")
    assert [len(heads) for heads in (headers(storage), headers(storage))] == [4, 4]
