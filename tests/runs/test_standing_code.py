"""Whether what a run imported still lies there as it was."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from asr_harness.runs.standing_code import changed_source
from asr_harness.schema import RunFile
from asr_harness.schema.code import CodeRecord, SourceFile
from tests.ab.test_worktrees import git
from tests.saved_runs import measured, write_run

SOURCE = "x = 1\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "team"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / "tiny.py").write_text(SOURCE)
    return folder


@pytest.fixture
def run(tmp_path: Path) -> RunFile:
    saved = write_run(tmp_path / "run.json", measured())
    code = CodeRecord("1", {"tiny": SourceFile("tiny.py", sha256(SOURCE.encode()).hexdigest())})
    return replace(saved, block=replace(saved.block, code=code))


def test_a_source_that_is_as_it_was_is_not_named(repository: Path, run: RunFile) -> None:
    assert changed_source(run, repository) is None


def test_a_source_that_was_edited_or_removed_is_named(repository: Path, run: RunFile) -> None:
    (repository / "tiny.py").write_text("x = 2\n")
    assert changed_source(run, repository) == "tiny.py"
    (repository / "tiny.py").unlink()
    assert changed_source(run, repository) == "tiny.py"


def test_without_a_repository_nothing_is_said(tmp_path: Path, run: RunFile) -> None:
    assert changed_source(run, tmp_path) is None
