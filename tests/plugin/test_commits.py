"""The commit and the branch that a run is saved under."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from asr_harness import git as git_words
from asr_harness.measure.imports import untracked_sources
from asr_harness.plugin.commits import Commits, branch_by_ci
from asr_harness.schema import load_run
from tests.ab.test_worktrees import git

Run = Callable[..., pytest.RunResult]
Saved = Callable[[], dict[str, Any]]
ONE_CASE = ("--benchmark-autosave", "-k", "steady and b1", "--asr-quiet")


@pytest.mark.parametrize(
    ("variables", "branch"),
    [
        ({"GITHUB_HEAD_REF": "topic", "GITHUB_REF_NAME": "12/merge"}, "topic"),
        ({"GITHUB_HEAD_REF": "", "GITHUB_REF_NAME": "main", "GITHUB_REF_TYPE": "branch"}, "main"),
        ({"GITHUB_REF_NAME": "v1", "GITHUB_REF_TYPE": "tag"}, None),
        ({"CI_COMMIT_REF_NAME": "main"}, "main"),
        ({"CI_COMMIT_REF_NAME": "v1", "CI_COMMIT_TAG": "v1"}, None),
        ({"CI_COMMIT_REF_NAME": "a", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "topic"}, "topic"),
        ({"BRANCH_NAME": "PR-12", "CHANGE_BRANCH": "topic"}, "topic"),
        ({"GIT_BRANCH": "origin/main"}, "main"),
        ({}, None),
    ],
)
def test_the_ci_systems_variables_name_the_branch(variables: dict[str, str], branch: str | None) -> None:
    assert branch_by_ci(variables) == branch


@pytest.fixture
def repository(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a repository of the suite, its head detached, outside of any CI system."""
    for name in ("GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_COMMIT_BRANCH", "CI_COMMIT_REF_NAME"):
        monkeypatch.delenv(name, raising=False)
    git(suite.path, "init", "-q", "-b", "main")
    git(suite.path, "add", "--all")
    git(suite.path, "commit", "-qm", "suite")
    git(suite.path, "checkout", "-q", "--detach")
    return suite.path


def test_a_detached_head_is_saved_under_the_ci_systems_branch_or_the_one_that_is_told(
    repository: Path, run: Run, saved: Saved, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI_COMMIT_REF_NAME", "topic")
    run(*ONE_CASE).stdout.no_fnmatch_line("*WARNING*")
    assert saved()["commit_info"]["branch"] == "topic"
    run(*ONE_CASE, "--asr-branch=other")
    assert saved()["commit_info"]["branch"] == "other"
    assert not saved()["commit_info"]["dirty"]
    git(repository, "checkout", "-q", "main")
    git(repository, "rm", "-q", "--cached", "conftest.py")
    git(repository, "commit", "-qm", "without a suite")
    (line,) = [line for line in run(*ONE_CASE).outlines if line.startswith("WARNING: git does not track")]
    assert "conftest.py" in line
    assert saved()["commit_info"]["branch"] == "main"
    assert saved()["commit_info"]["dirty"]


def test_a_run_without_a_commit_is_told_before_it_is_measured(
    suite: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(suite.path.parent))
    finished = run(*ONE_CASE)
    finished.stdout.fnmatch_lines(["WARNING: the run is saved without a commit*not a git repository*"])
    assert load_run(next(suite.path.glob(".benchmarks/*/*.json"))).commit is None


def test_sources_that_git_does_not_track_make_the_run_dirty_and_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / ".gitignore").write_text("made.py\n")
    for name in ("tracked", "made", "new", "beside"):
        (tmp_path / f"{name}.py").write_text("")
    git(tmp_path, "add", ".gitignore", "tracked.py")
    git(tmp_path, "commit", "-qm", "suite")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(type(pytestconfig), "rootpath", tmp_path)
    commits = Commits(pytestconfig, is_live=False)
    for name in ("tracked", "made"):
        module = ModuleType(name)
        module.__file__ = str(tmp_path / f"{name}.py")
        monkeypatch.setitem(sys.modules, name, module)
    assert not commits.pytest_benchmark_generate_commit_info()["dirty"]
    module = ModuleType("new")
    module.__file__ = str(tmp_path / "new.py")
    monkeypatch.setitem(sys.modules, "new", module)
    assert untracked_sources(tmp_path) == ("new.py",)
    assert commits.pytest_benchmark_generate_commit_info()["dirty"]
    assert not Commits(pytestconfig, is_live=True).pytest_benchmark_generate_commit_info()["dirty"]


def test_git_says_in_words_why_it_names_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "run it inside a git repository" in (git_words.problem(tmp_path) or "")
    git(tmp_path, "init", "-q")
    assert "no commit yet; make one" in (git_words.problem(tmp_path) or "")
    said = "fatal: detected dubious ownership in repository at '/x'\nTo add an exception ..."
    assert "--add safe.directory /x" in (git_words.in_words(said, Path("/x")) or "")
    monkeypatch.setenv("PATH", "")
    assert "git cannot be run (No such file or directory); install it" in (git_words.problem(tmp_path) or "")
