"""Things counted and named in words, the same way in every message."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_NAMED = 4


def counted(count: int, noun: str) -> str:
    """Count things whose plural is regular, such as `1 run`, `2 runs` or `1,200 more cases`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def listed(names: Sequence[str], n_most: int = MAX_NAMED) -> str:
    """Name the first of many, and count the rest."""
    n_more = len(names) - n_most
    return ", ".join(names[:n_most]) + (f" and {n_more:,} more" if n_more > 0 else "")
