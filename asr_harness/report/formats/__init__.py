"""Forms in which a comparison is printed: one file each, with a `render`."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asr_harness.compare import Comparison

NAMES = tuple(sorted(module.name for module in iter_modules(__path__)))


def render(name: str, comparison: Comparison, status: int, width: int) -> str:
    """Print a comparison in a form; `status` is the exit status it leads to."""
    rendered: str = import_module(f"{__name__}.{name}").render(comparison, status, width)
    return rendered
