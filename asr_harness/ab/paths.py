"""Where a worker looks for modules: in its own worktree, wherever the user's own tree would be looked in."""

from __future__ import annotations

import json
import os
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlparse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asr_harness.ab.worktrees import Worktree

PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")
SOURCES = "src"


def python_path(tree: Worktree, selection: Sequence[str]) -> list[Path]:
    """Give the folders that come first on a worker's path.

    They are those of the projects that the suite belongs to, then what PYTHONPATH and installations of the
    repository name in the user's tree, as they are in the worktree; what PYTHONPATH has outside, comes last.
    """
    wanted = [*_suite_folders(tree, selection)]
    outside: list[Path] = []
    for entry in (*_given(), *_installed(tree.top)):
        inside = _moved(entry, tree)
        if inside is not None:
            wanted.append(inside)
        elif entry in _given():
            outside.append(entry)
    existing = dict.fromkeys(folder for folder in wanted if folder.is_dir())
    return [folder for folder in (*existing, *dict.fromkeys(outside)) if os.pathsep not in str(folder)]


def as_variable(folders: Sequence[Path]) -> str:
    """Give the value of PYTHONPATH."""
    return os.pathsep.join(map(str, folders))


def _suite_folders(tree: Worktree, selection: Sequence[str]) -> Iterator[Path]:
    suites = [tree.folder / word.partition("::")[0] for word in selection if not word.startswith("-")]
    for suite in (*(suite for suite in suites if suite.exists()), tree.folder):
        resolved = suite.resolve()
        if not resolved.is_relative_to(tree.root):
            continue
        above = [folder for folder in (resolved, *resolved.parents) if folder.is_relative_to(tree.root)]
        project = next((folder for folder in above if _is_project(folder)), tree.root)
        yield from (project / SOURCES, project)
    yield from (tree.folder / SOURCES, tree.folder)


def _is_project(folder: Path) -> bool:
    return any((folder / name).is_file() for name in PROJECT_FILES)


def _given() -> list[Path]:
    """Give what PYTHONPATH has: relative entries are the user's folder's."""
    return [Path(part).resolve() for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]


def _installed(top: Path) -> Iterator[Path]:
    """Give where this Python would find what is installed editable from the user's tree."""
    prefix = Path(sys.prefix).resolve()
    for entry in sys.path:
        path = Path(entry or ".").resolve()
        if not path.is_relative_to(prefix):
            yield path
    for name, module in sorted(sys.modules.items()):
        if name.startswith("__editable___"):  # as setuptools calls the finder of an editable installation
            for location in getattr(module, "MAPPING", {}).values():
                yield Path(location).resolve().parent
    for distribution in metadata.distributions():
        project = project_of(distribution)
        if project is not None and project.is_relative_to(top):
            yield from (project / SOURCES, project)


def project_of(distribution: metadata.Distribution) -> Path | None:
    """Give the folder that a distribution was installed from, by PEP 610; None for one of an index."""
    try:
        url = urlparse(json.loads(distribution.read_text("direct_url.json") or "{}").get("url", ""))
    except ValueError:
        return None
    return Path(unquote(url.path)).resolve() if url.scheme == "file" else None


def _moved(entry: Path, tree: Worktree) -> Path | None:
    """Give the worktree's folder for one of the user's tree, or of any other tree of the repository."""
    for other in sorted((tree.top, *tree.others), key=lambda path: -len(path.parts)):
        if entry.is_relative_to(other):
            return tree.root / entry.relative_to(other)
    return None
