"""Files are written whole, or what was there before stays."""

import os
from pathlib import Path

import pytest

from asr_harness.report.writing import write_text, write_whole


def fails(path: Path) -> None:
    path.write_text("half", "utf-8")
    raise OSError(28, "No space left on device", str(path))


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("good", "utf-8")
    with pytest.raises(OSError, match="No space left"):
        write_whole(page, fails)
    assert page.read_text("utf-8") == "good"
    assert list(tmp_path.iterdir()) == [page]


def test_half_a_surrogate_pair_is_spelled_out(tmp_path: Path) -> None:
    write_text(tmp_path / "page.html", "a \udcff b")
    assert (tmp_path / "page.html").read_text("utf-8") == "a \\udcff b"


def test_a_link_keeps_pointing_where_it_did(tmp_path: Path) -> None:
    (tmp_path / "latest.html").symlink_to(tmp_path / "page.html")
    write_text(tmp_path / "latest.html", "new")
    assert (tmp_path / "latest.html").is_symlink()
    assert (tmp_path / "page.html").read_text("utf-8") == "new"


def test_what_is_no_file_is_not_replaced() -> None:
    write_text(Path(os.devnull), "nothing")
    assert not Path(os.devnull).is_file()
