"""Only files are read as files, and who has no home can still import what asks for one."""

import os
import socket
import sys
from pathlib import Path

import pytest

from asr_harness.errors import DataError, RecordError
from asr_harness.paths import NO_HOME, ensure_home, expanded, folder_at, is_there, read_file
from asr_harness.report.writing import write_text
from asr_harness.runs import journal_content
from asr_harness.schema import load_run
from asr_harness.schema.reading import MAX_FILE_BYTES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="makes what only Linux has")


def fifo(path: Path) -> Path:
    os.mkfifo(path)
    return path


def bound(path: Path) -> Path:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
    return path


def looped(path: Path) -> Path:
    path.symlink_to(path)
    return path


def sparse(path: Path, n_bytes: int = MAX_FILE_BYTES) -> Path:
    path.touch()
    os.truncate(path, n_bytes)
    return path


def folder(path: Path) -> Path:
    path.mkdir()
    return path


MAKERS = {
    "pipe": fifo,
    "socket": bound,
    "loop": looped,
    "sparse": lambda path: sparse(path, MAX_FILE_BYTES + 1),
    "folder": folder,
    "device": lambda _: Path("/dev/zero"),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_what_is_no_file_is_refused_at_once_and_in_words(kind: str, tmp_path: Path) -> None:
    path = MAKERS[kind](tmp_path / "0001_x.json")
    with pytest.raises(RecordError, match=r"cannot read .*: \S"):
        load_run(path)
    with pytest.raises(RecordError, match="cannot read the journal"):
        journal_content.read(path)


def test_a_file_is_read_whole_up_to_what_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"12345")
    assert read_file(tmp_path / "x", 5) == b"12345"
    with pytest.raises(OSError, match="more than 4 bytes"):
        read_file(tmp_path / "x", 4)


def test_zeros_are_no_run(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="begins with zeros"):
        load_run(sparse(tmp_path / "x.json", 100))


def test_links_that_lead_to_each_other_are_an_error_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Too many levels"):
        write_text(looped(tmp_path / "page.html"), "x")


def test_a_full_disk_is_told_with_the_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left on device: '/dev/full'"):
        write_text(Path("/dev/full"), "x" * 100_000)


def test_an_error_names_the_file_that_was_asked_for(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"'[^']*/missing/page\.html'"):
        write_text(tmp_path / "missing" / "page.html", "x")


def test_who_has_no_home_is_given_one_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere")
    ensure_home()
    assert os.environ["HOME"] == "/somewhere"
    monkeypatch.setattr("os.path.expanduser", lambda path: path)  # as for a user whom nobody knows
    ensure_home()
    assert os.environ["HOME"] == NO_HOME


def test_a_folder_is_told_from_a_file_and_from_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "file").touch()
    assert folder_at("~") == tmp_path
    assert is_there("~/file")
    assert folder_at("~/file") is None
    assert folder_at("~/gone") is None


@pytest.mark.parametrize("name", ["~no-such-user/x", "x" * 5000, "nul\0"])
def test_what_is_no_path_is_not_there(name: str) -> None:
    assert not is_there(name)
    assert folder_at(name) is None


def test_an_unknown_home_is_named() -> None:
    with pytest.raises(DataError, match=r"'~no-such-user/x' names a home folder that is not known"):
        expanded("~no-such-user/x")
