"""The commit that a session is saved under: its branch on a detached head, whether it has all that ran, and
what if there is none.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from asr_harness import git
from asr_harness.counting import listed
from asr_harness.plugin import options
from asr_harness.plugin.progress import terminal_of
from asr_harness.schema.run import UNKNOWN_COMMITS

if TYPE_CHECKING:
    from collections.abc import Mapping

DETACHED = "(detached head)"
"""As pytest-benchmark calls it."""

BRANCH_VARIABLES = (
    "GITHUB_HEAD_REF",  # a pull request's; GITHUB_REF_NAME is then `12/merge`
    "GITHUB_REF_NAME",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",  # GitLab
    "CI_COMMIT_BRANCH",
    "CI_COMMIT_REF_NAME",
    "CHANGE_BRANCH",  # Jenkins; BRANCH_NAME is then `PR-12`
    "BRANCH_NAME",
    "GIT_BRANCH",
)
REMOTE = "origin/"
OF_TAGS = {"GITHUB_REF_NAME": "GITHUB_REF_TYPE", "CI_COMMIT_REF_NAME": "CI_COMMIT_TAG"}
"""By the variable that may hold a tag instead: the one that then says so."""


def branch_by_ci(variables: Mapping[str, str]) -> str | None:
    """Give the branch that a CI system of GitHub, GitLab or Jenkins checked out; None outside of them."""
    for name in BRANCH_VARIABLES:
        value = variables.get(name, "").strip()
        tag = variables.get(OF_TAGS.get(name, ""), "")
        if value and tag in ("", "branch"):
            return value.removeprefix(REMOTE) if name == "GIT_BRANCH" else value
    return None


class Commits:
    """Completes what pytest-benchmark says of the commit, and tells at once where it will say nothing."""

    def __init__(self, config: pytest.Config, *, is_live: bool) -> None:
        self._config = config
        self._is_live = is_live
        self._told: set[str] = set()
        self._is_saved_under_commit = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_benchmark_generate_commit_info(self) -> dict[str, Any]:
        """Name the branch: as told, else as git has it, else, on a detached head, as the CI system does.

        A commit that lacks what was imported is dirty; pytest-benchmark asks for changes of tracked files.
        """
        from pytest_benchmark.utils import get_commit_info

        commit: dict[str, Any] = get_commit_info()  # type: ignore[no-untyped-call]
        named = options.text(self._config, "branch")
        # The sides of `ab` are other commits than the one that the CI system checked out.
        if named is None and commit.get("branch") == DETACHED and not self._is_live:
            named = branch_by_ci(os.environ)
        commit["dirty"] = bool(commit.get("dirty")) or bool(self._untracked())
        return {**commit, "branch": named} if named else commit

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self) -> None:
        """Say before anything runs that the run will be found by its number or file alone."""
        benchmarks = self._config._benchmarksession  # type: ignore[attr-defined]  # noqa: SLF001
        if self._is_live or not (benchmarks.save or benchmarks.autosave or benchmarks.json):
            return
        if self.pytest_benchmark_generate_commit_info().get("id") in UNKNOWN_COMMITS:
            why = git.problem() or "git cannot describe it"
            self._warn(f"the run is saved without a commit, so that no commit or branch finds it: {why}")
            return
        self._is_saved_under_commit = True
        self._tell_untracked()

    def pytest_terminal_summary(self) -> None:
        """Say of what was imported since, such as a recogniser, that no commit has it."""
        if self._is_saved_under_commit:
            self._tell_untracked()

    def _tell_untracked(self) -> None:
        new = [name for name in self._untracked() if name not in self._told]
        self._told.update(new)
        if new:
            self._warn(
                f"git does not track {listed(new)}, which the commit therefore lacks: the run counts as one "
                "with uncommitted changes, and `latest:` passes over it; `git add` and commit first"
            )

    def _untracked(self) -> tuple[str, ...]:
        # What a worker of `ab` finds untracked in its worktree was made from the commit.
        if self._is_live:
            return ()
        from asr_harness.measure.imports import untracked_sources

        return untracked_sources(self._config.rootpath)

    def _warn(self, text: str) -> None:
        terminal_of(self._config).write_line(f"WARNING: {text}", yellow=True)
