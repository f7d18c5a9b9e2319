"""The scratch repository of the demonstration; .ci/run runs the whole of it, as README.md says."""

import subprocess
from pathlib import Path

import pytest

from asr_harness.errors import StarterError
from asr_harness.starter.demonstration import PLANTED, RECOGNISER, Demonstration


@pytest.fixture
def root(tmp_path: Path) -> Path:
    Demonstration.prepare(tmp_path / "repository", print)
    return tmp_path / "repository"


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("tag", PLANTED)
def test_each_commit_breaks_one_thing_and_is_a_program(root: Path, tag: str) -> None:
    assert git(root, "diff", "--name-only", "base", tag).split() == [RECOGNISER]
    broken = git(root, "show", f"{tag}:{RECOGNISER}")
    assert PLANTED[tag][1] in broken
    compile(broken, RECOGNISER, "exec")


def test_nothing_is_left_uncommitted(root: Path) -> None:
    assert git(root, "status", "--porcelain") == ""


def test_a_folder_that_is_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StarterError, match="is there already"):
        Demonstration.prepare(tmp_path, print)
