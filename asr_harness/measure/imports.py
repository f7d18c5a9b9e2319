"""What this process has imported: the repository's files with hashes, and distributions with versions."""

from __future__ import annotations

import json
import os
import sys
import sysconfig
from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from asr_harness import git
from asr_harness.schema.code import CodeRecord, SourceFile
from asr_harness.schema.part import savable_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GIT_TIMEOUT_S = 10.0
OUTSIDE = " (files "
INSTALLED = frozenset({"site-packages", "dist-packages"})
STANDARD_LIBRARY = tuple(os.path.realpath(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib"))


def imported_files() -> dict[str, str]:
    """Give the file of each module that was imported, but for the standard library."""
    files: dict[str, str] = {}
    for name, module in list(sys.modules.items()):
        spec = getattr(module, "__spec__", None)
        file = getattr(module, "__file__", None) or getattr(spec, "origin", None)
        if isinstance(file, str) and Path(file).is_absolute() and not _is_standard(file):
            files[name] = file
    return files


def record_code(folder: Path) -> CodeRecord:
    """Describe what was imported so far, by the repository that `folder` lies in."""
    top = _top(folder)
    modules: dict[str, SourceFile] = {}
    installed: set[str] = set()
    elsewhere: dict[str, Path] = {}
    for name, file in sorted(imported_files().items()):
        path, top_name = Path(_real(file)), name.partition(".")[0]
        if INSTALLED & set(path.parts):
            installed.add(top_name)
        elif top is not None and path.is_relative_to(top):
            digest = _digest(path)
            if digest is not None:
                modules[savable_text(name)] = SourceFile(savable_text(str(path.relative_to(top))), digest)
        else:
            elsewhere.setdefault(top_name, path)
    outside = {name: _outside(name, path) for name, path in elsewhere.items() if name != "__main__"}
    return CodeRecord(
        _fingerprint(modules, outside),
        modules,
        _versions(installed) | outside,
        _submodules(top) if top else {},
    )


def untracked_sources(folder: Path) -> tuple[str, ...]:
    """Name the files imported so far, of the repository that `folder` lies in, that git neither tracks nor
    ignores: no commit has them.
    """
    top = _top(folder)
    listed = top and git.answer(top, *git.UNTRACKED_SOURCES, timeout_s=GIT_TIMEOUT_S)
    if not top or not listed:
        return ()
    new = {top / os.fsdecode(name) for name in listed.split(b"\0") if name}
    imported = {Path(_real(file)) for file in imported_files().values()}
    # An environment that lies in the repository, and is not ignored, is told by its distributions.
    own = sorted(path for path in new & imported if not INSTALLED & set(path.parts))
    return tuple(str(path.relative_to(top)) for path in own)


def merged(records: Sequence[CodeRecord]) -> CodeRecord:
    """Describe what several processes of one session imported, as if one had."""
    modules = {name: source for record in records for name, source in record.modules.items()}
    versions = {name: version for record in records for name, version in record.distributions.items()}
    outside = {name: version for name, version in versions.items() if OUTSIDE in version}
    submodules = {name: commit for record in records for name, commit in record.submodules.items()}
    return CodeRecord(_fingerprint(modules, outside), modules, versions, submodules)


def _fingerprint(modules: Mapping[str, SourceFile], outside: Mapping[str, str]) -> str:
    files = sorted({(source.path, source.sha256) for source in modules.values()})
    return sha256(json.dumps([files, sorted(outside.items())]).encode()).hexdigest()


@cache
def _real(file: str) -> str:
    """Resolve links, once a file: of the thousands that are imported each is asked for again and again."""
    return os.path.realpath(file)


def _is_standard(file: str) -> bool:
    real = _real(file)
    return real.startswith(STANDARD_LIBRARY) and not INSTALLED & set(Path(real).parts)


def _digest(path: Path) -> str | None:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:  # in an archive, or gone by now
        return None


def _outside(name: str, path: Path) -> str:
    """Digest every source beside a module that lies outside, so that it does not matter which were loaded."""
    package = _package_folder(name, path)
    files = sorted(package.rglob("*.py")) if package else [path]
    digest = sha256("".join(_digest(file) or "" for file in files).encode()).hexdigest()[:12]
    versions = {_version(distribution) for distribution in _owners().get(name, ())}
    return f"{', '.join(sorted(versions)) or 'not installed'}{OUTSIDE}{digest})"


def _package_folder(name: str, path: Path) -> Path | None:
    return next((parent for parent in path.parents if parent.name == name), None)


def _versions(top_names: set[str]) -> dict[str, str]:
    owners = _owners()
    return {
        savable_text(distribution): _version(distribution)
        for name in sorted(top_names)
        for distribution in owners.get(name, ())
    }


def _version(distribution: str) -> str:
    try:
        return savable_text(metadata.version(distribution))
    except metadata.PackageNotFoundError:
        return "unknown"


@cache
def _owners() -> dict[str, tuple[str, ...]]:
    """Give by importable name the distributions that bring it.

    `importlib.metadata.packages_distributions` takes seconds, as it makes an object of each installed file.
    """
    owners: dict[str, list[str]] = {}
    for distribution in metadata.distributions():
        name = distribution.metadata["Name"]
        if name is None:  # what is left of a broken installation
            continue
        for importable in _importable(distribution):
            known = owners.setdefault(importable, [])
            if name not in known:
                known.append(name)
    return {importable: tuple(names) for importable, names in owners.items()}


def _importable(distribution: metadata.Distribution) -> set[str]:
    listed = (distribution.read_text("top_level.txt") or "").split()
    if listed:
        return set(listed)
    lines = (distribution.read_text("RECORD") or "").splitlines()
    tops = {line.partition(",")[0].partition("/")[0] for line in lines}
    return {top.partition(".")[0] for top in tops if not top.endswith((".dist-info", ".data", ".pth"))} - {""}


def _top(folder: Path) -> Path | None:
    output = git.text(folder, "rev-parse", "--show-toplevel", timeout_s=GIT_TIMEOUT_S)
    return Path(output).resolve() if output else None


def _submodules(top: Path) -> dict[str, str]:
    """Give the commit of each submodule that is checked out, `+` where it is not the one that is recorded."""
    if not (top / ".gitmodules").exists():
        return {}
    output = git.text(top, "submodule", "status", "--recursive", timeout_s=GIT_TIMEOUT_S) or ""
    rows = [(line[0], line[1:].split()) for line in output.splitlines() if line.strip()]
    return {
        savable_text(row[1]): row[0] + (mark if mark == "+" else "")
        for mark, row in rows
        if mark != "-" and len(row) > 1
    }
