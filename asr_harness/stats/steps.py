"""Steps: where a series changes its level, by binary segmentation.

Each cut is the largest two-sample t over all places with three values a side, at Bonferroni's level for so
many places (Scott and Knott, Biometrics 30, 1974; Worsley, JASA 74, 1979). Neighbours that are alike make it
less sure (`stats.serial`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import exp, log, sqrt
from typing import TYPE_CHECKING

from asr_harness.stats.serial import inflation
from asr_harness.stats.student import t_two_sided

if TYPE_CHECKING:
    from collections.abc import Sequence

MIN_SIDE = 3
"""Values a side that a step rests on."""

LIKELY = 0.95
SPELL_SHARE = 1 / 3
"""Of the level of a cut, for a spell: it is looked for at every cut as well."""


@dataclass(frozen=True, slots=True)
class Step:
    """A change of level: the first value of the new one is at `place`, between `first` and `last` at 95 %.

    `effect` is the new level less the old one, over the values as far as the next steps.
    """

    place: int
    first: int
    last: int
    effect: float
    p: float


def find_steps(values: Sequence[float], alpha: float) -> list[Step]:
    """Give the steps that are shown at `alpha`, in order; each part is searched again once it was cut."""
    places = _cut(values, 0, len(values), alpha)
    if places:
        # Where neighbours are alike about all levels, a step has to be the clearer.
        factor = inflation(_residuals(values, [place for place, _ in places]))
        places = _cut(values, 0, len(values), alpha, factor)
    ends = [0, *(place for place, _ in places), len(values)]
    steps = []
    for index, (place, p) in enumerate(places):
        start, end = ends[index], ends[index + 2]
        before, after = values[start:place], values[place:end]
        first, last = _range(values[start:end], place - start)
        effect = sum(after) / len(after) - sum(before) / len(before)
        steps.append(Step(place, start + first, start + last, effect, p))
    return steps


def best_cut(values: Sequence[float], factor: float = 1.0) -> tuple[int, float] | None:
    """Give the likeliest place and the p value of there being no step; None below three values a side."""
    squares = _squares(values)
    if squares is None:
        return None
    place = min(squares, key=lambda each: squares[each])
    return place, min(1.0, len(squares) * _p_value(values[place:], values[:place], factor))


def best_spell(values: Sequence[float], factor: float = 1.0) -> tuple[int, int, float] | None:
    """Give the likeliest spell of another level that came and went, and the p value of there being none.

    What one cut cannot show, since the level is the same before and after (Olshen et al., Circular binary
    segmentation, Biostatistics 5, 2004). None below three values in each part.
    """
    import numpy as np

    n = len(values)
    if n < 3 * MIN_SIDE:
        return None
    array = np.asarray(values, dtype=float)
    sums = np.concatenate([[0.0], np.cumsum(array - array.mean())])
    best, start, n_places = (-1.0, 0), 0, 0
    for first in range(MIN_SIDE, n - 2 * MIN_SIDE + 1):
        lasts = np.arange(first + MIN_SIDE, n - MIN_SIDE + 1)
        lengths = lasts - first
        gains = (sums[lasts] - sums[first]) ** 2 * (1 / lengths + 1 / (n - lengths))
        n_places += len(lasts)
        if gains.max() > best[0]:
            best, start = (float(gains.max()), int(lasts[gains.argmax()])), first
    end = best[1]
    p = _p_value(values[start:end], [*values[:start], *values[end:]], factor)
    return start, end, min(1.0, n_places * p)


def _p_value(inside: Sequence[float], outside: Sequence[float], factor: float) -> float:
    """Compare two levels by their pooled spread; their standard error is `factor` times as large."""
    df = len(inside) + len(outside) - 2
    squares = _about_mean(inside) + _about_mean(outside)
    gap = sum(inside) / len(inside) - sum(outside) / len(outside)
    error = factor * sqrt(squares / df * (1 / len(inside) + 1 / len(outside)))
    if not error:
        return 0.0 if gap else 1.0
    return t_two_sided(gap / error, df)


def squares_about_steps(values: Sequence[float], places: Sequence[int]) -> float:
    """Give the sum of squares about the means between steps."""
    ends = [0, *places, len(values)]
    return sum(_about_mean(values[start:end]) for start, end in pairwise(ends))


def _cut(
    values: Sequence[float], start: int, end: int, alpha: float, factor: float = 1.0
) -> list[tuple[int, float]]:
    part = values[start:end]
    best = best_cut(part, factor)
    if best is not None and best[1] <= alpha:
        cuts = [(start + best[0], best[1])]
    else:
        spell = best_spell(part, factor)
        if spell is None or spell[2] > alpha * SPELL_SHARE:
            return []
        cuts = [(start + place, spell[2]) for place in spell[:2]]
    ends = [start, *(place for place, _ in cuts), end]
    inner = [_cut(values, low, high, alpha, factor) for low, high in pairwise(ends)]
    return sorted([*cuts, *(each for found in inner for each in found)])


def _squares(values: Sequence[float]) -> dict[int, float] | None:
    """Give for each place of a step the sum of squares about both levels."""
    n = len(values)
    if n < 2 * MIN_SIDE:
        return None
    centre = sum(values) / n
    centred = [value - centre for value in values]
    total, head, squares = sum(value * value for value in centred), 0.0, {}
    for place, value in enumerate(centred[:-MIN_SIDE], 1):
        head += value
        if place >= MIN_SIDE:
            squares[place] = max(total - head * head / place - head * head / (n - place), 0.0)
    return squares


def _range(values: Sequence[float], place: int) -> tuple[int, int]:
    """Give the places that hold 95 % of the likelihood, about the likeliest one."""
    squares = _squares(values) or {place: 0.0}
    least, df = squares[place], len(values) - 2
    if not least:
        return place, place
    weight = {each: exp(-df / 2 * log(total / least)) for each, total in squares.items()}
    whole, kept, held = sum(weight.values()), {place}, weight[place]
    for each in sorted(weight.keys() - kept, key=lambda each: -weight[each]):
        if held >= LIKELY * whole:
            break
        kept.add(each)
        held += weight[each]
    return min(kept), max(kept)


def _residuals(values: Sequence[float], places: Sequence[int]) -> list[float]:
    parts = [values[start:end] for start, end in pairwise([0, *places, len(values)])]
    return [value - sum(part) / len(part) for part in parts for value in part]


def _about_mean(values: Sequence[float]) -> float:
    level = sum(values) / len(values)
    return sum((value - level) ** 2 for value in values)
