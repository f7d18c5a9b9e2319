"""Nothing that is there is overwritten."""

from pathlib import Path

import pytest

from asr_harness.errors import StarterError
from asr_harness.starter.files import StarterFile
from asr_harness.starter.writing import write

FILE = StarterFile("folder/file.py", "ours\n", "see to it")


def test_a_file_is_written_with_its_folder(tmp_path: Path) -> None:
    assert write([FILE], tmp_path) == ["wrote  folder/file.py"]
    assert (tmp_path / FILE.path).read_text() == "ours\n"


def test_a_file_of_theirs_is_kept_and_its_remedy_told(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / FILE.path).write_text("theirs\n")
    assert write([FILE], tmp_path) == ["kept   folder/file.py; see to it"]
    assert (tmp_path / FILE.path).read_text() == "theirs\n"


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    write([FILE], tmp_path)
    assert write([FILE], tmp_path) == ["kept   folder/file.py (the same)"]


def test_a_link_that_leads_nowhere_is_kept(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / FILE.path).symlink_to(tmp_path / "elsewhere")
    write([FILE], tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_is_a_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "folder").touch()
    with pytest.raises(StarterError, match=r"cannot write .*file\.py"):
        write([FILE], tmp_path)


def test_a_remedy_that_is_there_already_is_not_told(tmp_path: Path) -> None:
    file = StarterFile("file.py", "ours\n", "see to it", settled_by="seen to")
    (tmp_path / "file.py").write_text("theirs, seen to\n")
    assert write([file], tmp_path) == ["kept   file.py"]
