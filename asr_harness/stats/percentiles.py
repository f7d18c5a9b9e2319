"""Percentiles of a few values, without what numpy's general way costs for each call."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def percentiles(values: Iterable[float], wanted: Sequence[float]) -> tuple[float, ...]:
    """Give percentiles from 0 to 100, linear between order statistics (Hyndman and Fan's seventh definition,
    1996), as numpy.percentile does. There must be a value.
    """
    ordered = sorted(values)
    return tuple(_at(ordered, percent / 100 * (len(ordered) - 1)) for percent in wanted)


def _at(ordered: Sequence[float], place: float) -> float:
    below = int(place)
    part = place - below
    if not part:
        return ordered[below]
    low, high = ordered[below], ordered[below + 1]
    return low + (high - low) * part
