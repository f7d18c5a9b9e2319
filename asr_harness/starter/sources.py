"""Which recogniser each MODEL of `init` names: one's own, a service, a runtime's, or a checkpoint."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from asr_harness.errors import GridError, StarterError
from asr_harness.starter.own import Own
from asr_harness.systems.own import own_names
from asr_harness.systems.runtime import split

if TYPE_CHECKING:
    from collections.abc import Sequence

WAYS = (
    "give module:function for a recogniser of your own, such as my_asr:load, ORG/NAME for a checkpoint of "
    "the hub, or a checkpoint folder"
)


def name_models(sources: Sequence[str]) -> dict[str, str]:
    """Name each source: a checkpoint by its last part, one's own `module:function` by its module.

    Raises GridError where two would have one name.
    """
    named: dict[str, str] = {}
    for source in sources:
        name = _name(source)
        if named.setdefault(name, source) != source:
            raise GridError(
                f"{named[name]} and {source} would both be called {name!r}; give one of them, and "
                "add the other to MODELS in benchmarks/conftest.py by another name"
            )
    return named


def is_service(source: str) -> bool:
    """Whether a source is the address of a service."""
    return "://" in source


def is_own(source: str) -> bool:
    """Tell whether a source is `module:function`, rather than a checkpoint, a runtime's, or a service."""
    return ":" in source and not (is_service(source) or Path(source).is_dir() or split(source))


def to_fetch(source: str) -> str | None:
    """Give the id on the hub of the checkpoint that a source needs; None for all others."""
    if is_service(source) or is_own(source) or source in own_names():
        return None
    by = split(source)
    checkpoint = by[1] if by else source
    return None if Path(checkpoint).exists() else checkpoint


def check_checkpoint(source: str, root: Path) -> None:
    """Raise StarterError for what is neither a folder nor the id of a checkpoint on the hub."""
    checkpoint = to_fetch(source)
    if checkpoint is None or re.fullmatch(r"[\w.-]+/[\w.-]+", checkpoint):
        return
    if "/" in checkpoint:
        raise StarterError(f"{checkpoint!r} is no folder, and no id of the hub, which is ORG/NAME; {WAYS}")
    path = Own(checkpoint, "", root).path if checkpoint.isidentifier() else None
    is_here = f" ({path.relative_to(root)} is here: {checkpoint}:FUNCTION)" if path else ""
    raise StarterError(f"{checkpoint!r} alone names no model{is_here}: {WAYS}")


def _name(source: str) -> str:
    if is_own(source):
        return source.partition(":")[0].rpartition(".")[2]
    if by := split(source):
        return f"{by[0].name}.{_name(by[1])}"
    if is_service(source):
        source = source.partition("#")[2] or source.partition("://")[2]
    return re.sub(r"[:,\s\[\]]", "_", Path(source.rstrip("/")).name)
