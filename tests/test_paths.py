"""Paths as users write them."""

from pathlib import Path

import pytest

from asr_harness.errors import DataError
from asr_harness.paths import expanded, folder_at, is_there


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
