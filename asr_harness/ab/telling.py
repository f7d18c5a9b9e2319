"""What is not measured, or not as the commits have it: said before anything runs."""

from __future__ import annotations

import tomllib
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from asr_harness.ab.git import attempt, listed
from asr_harness.ab.worktrees import uncommitted
from asr_harness.counting import listed as named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.ab.worktrees import Worktree

DEPENDENCY_FILES = (
    "requirements*.txt", "constraints*.txt", "*.lock", "environment*.yml", "environment*.yaml", "setup.py",
    "setup.cfg", "Pipfile",
)  # fmt: skip
PROJECT_TABLES = ("dependencies", "optional-dependencies", "requires-python")


def told(base: Worktree, candidate: Worktree, *, has_own_environments: bool) -> list[str]:
    """Give what a reader would else take for measured, a line each."""
    lines = []
    if names := uncommitted(base.top):
        lines.append(
            f"not measured, as it is not committed: {named(names)}; commit it first if it is to count"
        )
    differing = () if has_own_environments else _differing_dependencies(base, candidate)
    if differing:
        lines.append(
            f"dependencies differ between the commits ({', '.join(differing)}), and both sides run with "
            "what is installed here; --environment gives each side its own"
        )
    return lines


def _differing_dependencies(base: Worktree, candidate: Worktree) -> Sequence[str]:
    changed = listed(base.top, "diff", "--name-only", "-z", base.commit, candidate.commit)
    return [
        name
        for name in changed
        if any(fnmatch(name.rpartition("/")[2], pattern) for pattern in DEPENDENCY_FILES)
        or (name.endswith("pyproject.toml") and _declared(base, name) != _declared(candidate, name))
    ]


def _declared(tree: Worktree, name: str) -> object:
    text = attempt(tree.top, "show", f"{tree.commit}:{name}")
    try:
        content = tomllib.loads(text or "")
    except ValueError:
        return text
    project = content.get("project", {})
    return [project.get(table) for table in PROJECT_TABLES], content.get("dependency-groups")
