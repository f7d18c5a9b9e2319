"""Which of several points no other beats: the Pareto front, in costs of which less is better."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def beats(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether a point is as good as another in every cost, and better in one."""
    pairs = tuple(zip(one, other, strict=True))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)
