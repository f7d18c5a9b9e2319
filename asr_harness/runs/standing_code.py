"""Whether the sources that a run imported still lie there as they were."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from asr_harness import git

if TYPE_CHECKING:
    from asr_harness.schema import RunFile


def changed_source(run: RunFile, folder: Path | None = None) -> str | None:
    """Name a file that is otherwise now, below the repository that `folder` lies in; None if none is.

    A run that does not say what it imported, or had no repository, has none.
    """
    sources = {source for part in run.by_machine() for source in _of(part)}
    top = git.text(folder, "rev-parse", "--show-toplevel") if sources else None
    if not top:
        return None
    return next((path for path, digest in sorted(sources) if _digest(Path(top) / path) != digest), None)


def _of(run: RunFile) -> set[tuple[str, str]]:
    code = run.block.code
    return {(source.path, source.sha256) for source in code.modules.values()} if code else set()


def _digest(path: Path) -> str | None:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
