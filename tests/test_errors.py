"""What nobody foresaw is told with a file, and such files do not pile up."""

import os
from pathlib import Path

import pytest

from asr_harness.errors import MOST_TRACEBACKS, unforeseen


def test_the_newest_tracebacks_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for age in range(MOST_TRACEBACKS + 2):
        older = tmp_path / f"asr-harness-traceback-{age}.txt"
        older.touch()
        os.utime(older, (1000 - age, 1000 - age))
    other = tmp_path / "anything.txt"
    other.touch()
    message = unforeseen(ValueError("new"))
    kept = list(tmp_path.glob("asr-harness-traceback-*.txt"))
    assert len(kept) == MOST_TRACEBACKS
    assert any(str(path) in message and "ValueError: new" in path.read_text() for path in kept)
    assert not (tmp_path / f"asr-harness-traceback-{MOST_TRACEBACKS + 1}.txt").exists()
    assert other.exists()


def test_without_room_for_a_traceback_there_is_a_message_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    monkeypatch.chdir(tmp_path)
    assert "report it with" in unforeseen(ValueError("x"))
    (kept,) = tmp_path.glob("asr-harness-traceback-*.txt")
    kept.unlink()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    assert unforeseen(OSError(28, "No space left on device", "/x")) == (
        "No space left on device: /x; make room, or give another path"
    )
    assert "Traceback" not in unforeseen(ValueError("x"))
