"""Folders of killed processes go when the next one starts, and nobody else's do."""

import tempfile
from pathlib import Path

import pytest

from asr_harness.runs.scratch import LOCK, scratch, sweep


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("asr_harness.runs.scratch.SHORT_FOLDER", tmp_path)
    return tmp_path


def left(prefix: str) -> Path:
    """Leave what a killed process does: a folder with a lock that nobody holds."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    (folder / LOCK).touch()
    (folder / "log").touch()
    return folder


def test_a_folder_goes_at_the_end(place: Path) -> None:
    with scratch("isolated") as folder:
        assert sweep() == 0
        assert folder.is_dir()
    assert not list(place.iterdir())


def test_what_killed_processes_left_goes_whatever_starts_next(place: Path) -> None:
    for kind in ("ab", "isolated", "fleet", "demo"):
        left(f"asr-harness-{kind}-")
    with scratch("demo") as folder:
        assert [*place.iterdir()] == [folder]


def test_what_only_has_such_a_name_stays(place: Path) -> None:
    theirs = left("asr-harness-mine-")
    unlocked = Path(tempfile.mkdtemp(prefix="asr-harness-ab-"))
    linked = place / "asr-harness-ab-abcdefgh"
    linked.symlink_to(theirs)
    assert sweep() == 0
    assert theirs.is_dir()
    assert unlocked.is_dir()
    assert linked.is_symlink()
