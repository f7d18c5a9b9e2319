"""A recogniser of one's own in a repository: there, misspelt, or to be begun."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from importlib.machinery import PathFinder
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING

from asr_harness.errors import StarterError, closest, near

if TYPE_CHECKING:
    from collections.abc import Sequence

ALIKE = 0.8
"""How alike two modules of a repository have to be for one to be taken for the other's misspelling."""


@dataclass(frozen=True, slots=True)
class Own:
    """A recogniser of one's own, `module:function`, in a repository."""

    module: str
    function: str
    root: Path

    @classmethod
    def of(cls, source: str, root: Path) -> Own:
        """Take `module:function` apart. Raises StarterError where it is not written so."""
        module, _, function = source.partition(":")
        if not all(part.isidentifier() for part in (*module.split("."), function)):
            raise StarterError(f"{source!r} names no function: give module:function, such as my_asr:load")
        return cls(module, function, root)

    @property
    def path(self) -> Path | None:
        """The module's file, or its package's folder; None where the repository has neither."""
        relative = Path(*self.module.split("."))
        places = [
            folder / each
            for folder in (self.root, self.root / "src")
            for each in (relative.with_suffix(".py"), relative)
        ]
        return next((place for place in places if place.exists()), None)

    @property
    def new_path(self) -> str:
        """Where a module of this name is begun, from the repository's root."""
        relative = Path(*self.module.split(".")).with_suffix(".py")
        is_in_src = len(relative.parts) > 1 and (self.root / "src" / relative.parts[0]).is_dir()
        return str("src" / relative if is_in_src else relative)

    @property
    def is_to_begin(self) -> bool:
        """Whether neither the repository nor an installed distribution has the module."""
        top = self.module.partition(".")[0]
        is_local = any((folder / top).is_dir() for folder in (self.root, self.root / "src"))
        return self.path is None and (is_local or not _is_installed(top))

    @property
    def lacks_function(self) -> bool:
        """Whether the module is there and, as far as its text tells, does not define the function."""
        names = defined_in(self.path) if self.path else None
        return names is not None and self.function not in names

    def check(self, *, may_begin: bool) -> None:
        """Raise StarterError for what is likely misspelt.

        A module that a package of the repository lacks, or that is nearly called as another, is begun only
        where that is asked for.
        """
        if self.path is not None and self.lacks_function:
            similar = closest(self.function, defined_in(self.path) or ())
            if similar:
                file = self.path.relative_to(self.root)
                raise StarterError(
                    f"{file} has no {self.function!r}; give {self.module}:{similar} "
                    f"if that is meant, else write {self.function} there first"
                )
        if not self.is_to_begin or may_begin:
            return
        package, _, name = self.module.rpartition(".")
        folder = Own(package, "", self.root).path if package else None
        known = _modules((folder,) if folder else (self.root, self.root / "src"))
        if folder is not None or closest(name, known, ALIKE):
            where = f"{folder.relative_to(self.root)}/" if folder else "this repository"
            raise StarterError(
                f"{where} has no module {name!r}{near(name, known)}; give the module that is there, or "
                f"--new to begin {self.new_path}"
            )


def defined_in(path: Path) -> set[str] | None:
    """List what a module defines or imports by name; None where its text does not tell.

    A folder is taken for its `__init__.py`.
    """
    file = path / "__init__.py" if path.is_dir() else path
    try:
        tree = ast.parse(file.read_text("utf-8"))
    except (OSError, ValueError, SyntaxError):
        return None
    names: set[str] = set()
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return None if names & {"*", "__getattr__"} else names


def _is_installed(module: str) -> bool:
    """Whether Python's path, or a distribution that is installed for editing, has a module."""
    return PathFinder.find_spec(module) is not None or module in _distributed()


@cache
def _distributed() -> frozenset[str]:
    return frozenset(packages_distributions())


def _modules(folders: Sequence[Path]) -> list[str]:
    files = [path.stem for folder in folders for path in folder.glob("*.py")]
    packages = [path.parent.name for folder in folders for path in folder.glob("*/__init__.py")]
    return sorted({name for name in (*files, *packages) if name.isidentifier()} - {"__init__", "conftest"})
