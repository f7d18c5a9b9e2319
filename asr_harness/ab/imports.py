"""Whether a worker ran its own commit's code: no module of the repository may come from anywhere else."""

from __future__ import annotations

import os
import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from asr_harness.ab.git import listed
from asr_harness.ab.paths import PROJECT_FILES, project_of
from asr_harness.errors import AbError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.ab.worktrees import Worktree

EDITABLE_FINDER = "__editable__"
"""As setuptools calls the module that finds an editable installation; what it finds is looked at itself."""
INSTALLED = frozenset({"site-packages", "dist-packages"})
WAY_OUT = (
    "both sides would run one code. Leave the import to the worker's path, which has the worktree's `src` "
    "and project folder first, or give each side an installation of its own: --environment 'python -m venv "
    "--system-site-packages .venv && .venv/bin/pip install --no-deps .'"
)


def check_own(name: str, files: Mapping[str, str], tree: Worktree, path: Sequence[Path]) -> None:
    """Raise AbError for a module of the repository that lies outside the worktree; `name` is the worker's.

    `files` are those of the imported modules, `path` is where the worker looks first.
    """
    for module, file in sorted(files.items()):
        real = Path(os.path.realpath(file))
        if real.is_relative_to(tree.root) or module.startswith(EDITABLE_FINDER):
            continue
        if _is_of_another_tree(real, tree) or _is_in_worktree(module, tree, path) or _is_own_copy(real, tree):
            raise AbError(f"{name} imported {module} from {file}, which is not its own commit's: {WAY_OUT}")


def _is_of_another_tree(file: Path, tree: Worktree) -> bool:
    if INSTALLED & set(file.parts):  # an environment inside the repository is not of it
        return False
    return any(file.is_relative_to(other) for other in (tree.top, *tree.others))


def _is_in_worktree(module: str, tree: Worktree, path: Sequence[Path]) -> bool:
    """Whether the worktree has this module, too, where the worker looks first."""
    return any(_has(folder, module.split(".")) for folder in path if folder.is_relative_to(tree.root))


def _has(folder: Path, parts: Sequence[str]) -> bool:
    for part in parts:
        if (folder / f"{part}.py").is_file() or (folder / part / "__init__.py").is_file():
            return True
        folder /= part
        if not folder.is_dir():  # else a namespace package, parts of which may lie anywhere
            return False
    return False


def _is_own_copy(file: Path, tree: Worktree) -> bool:
    return str(file) in _copies(tree.top, tree.root)


@cache
def _copies(top: Path, root: Path) -> frozenset[str]:
    """List the files of installed distributions that were made of the repository."""
    names = _project_names(root)
    files: set[str] = set()
    for distribution in metadata.distributions():
        project = project_of(distribution)
        name = _normalised(distribution.metadata["Name"] or "")
        if name in names or (project is not None and project.is_relative_to(top)):
            files |= {
                os.path.realpath(str(distribution.locate_file(file))) for file in distribution.files or ()
            }
    return frozenset(files)


def _project_names(root: Path) -> set[str]:
    names: set[str] = set()
    for file in listed(root, "ls-files", "-z", "--", *(f":(glob)**/{name}" for name in PROJECT_FILES[:1])):
        try:
            project = tomllib.loads((root / file).read_text("utf-8")).get("project", {})
        except (OSError, ValueError):
            continue
        if isinstance(project, dict) and isinstance(project.get("name"), str):
            names.add(_normalised(project["name"]))
    return names


def _normalised(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
