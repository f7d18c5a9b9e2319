"""What ends a session: its own wish, or a fault that is told in one message."""

import tempfile
from pathlib import Path

import pytest

from asr_harness.plugin.guarding import guarded


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_session_that_is_ended_on_purpose_is_no_fault(temporary: Path) -> None:
    with pytest.raises(pytest.exit.Exception, match=r"^enough$"), guarded():
        pytest.exit("enough")
    assert not list(temporary.iterdir())


def test_what_nobody_foresaw_is_a_message_that_names_its_traceback(temporary: Path) -> None:
    with (
        pytest.raises(pytest.exit.Exception, match="odd; this is a fault of asr-harness"),
        guarded(),
    ):
        raise ValueError("odd")
    assert list(temporary.glob("asr-harness-traceback-*.txt"))
