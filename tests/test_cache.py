import os
import time
from pathlib import Path

import pytest

from asr_harness import cache as caching
from asr_harness.errors import DataError


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASR_HARNESS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_variable_says_where_the_cache_is(cache: Path) -> None:
    assert caching.root().parent == cache


def test_without_the_variable_the_platform_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASR_HARNESS_CACHE")
    assert "asr-harness" in caching.root().parts


def test_what_is_published_is_there_and_nothing_else(tmp_path: Path) -> None:
    caching.publish(tmp_path / "folder" / "file", b"content")
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["file"]
    assert (tmp_path / "folder" / "file").read_bytes() == b"content"


def test_a_cache_that_cannot_be_written_is_an_error_that_names_the_variable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DataError, match="set ASR_HARNESS_CACHE"):
        caching.publish(tmp_path / "file" / "below", b"content")


def test_a_folder_is_built_once(tmp_path: Path) -> None:
    for name in ("first", "second"):
        caching.build_folder(tmp_path / "folder", lambda folder, name=name: (folder / name).touch())
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["first"]


def test_a_folder_whose_building_fails_is_not_there(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise DataError("no more")

    with pytest.raises(DataError, match="no more"):
        caching.build_folder(tmp_path / "folder", fail)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_another_process_built_meanwhile_is_taken(tmp_path: Path) -> None:
    def build(folder: Path) -> None:
        (folder / "ours").touch()
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "theirs").touch()

    caching.build_folder(tmp_path / "folder", build)
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["theirs"]


def test_a_sweep_deletes_what_killed_runs_left_a_day_ago() -> None:
    caching.publish(caching.root() / "kept", b"")
    old, new = caching.root() / ".partial-old", caching.root() / ".partial-new"
    for left in (old, new):
        left.mkdir()
    os.utime(old, (time.time() - 25 * 3600,) * 2)
    caching.sweep()
    assert {path.name for path in caching.root().iterdir()} == {"kept", ".partial-new"}
