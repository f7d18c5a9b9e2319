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
    ends = [0, *(place for place, _ in places), len(values)]
    steps = []
    for index, (place, p) in enumerate(places):
        start, end = ends[index], ends[index + 2]
        before, after = values[start:place], values[place:end]
        first, last = _range(values[start:end], place - start)
        effect = sum(after) / len(after) - sum(before) / len(before)
        steps.append(Step(place, start + first, start + last, effect, p))
    return steps


def best_cut(values: Sequence[float]) -> tuple[int, float] | None:
    """Give the likeliest place and the p value of there being no step; None below three values a side."""
    squares = _squares(values)
    if squares is None:
        return None
    place = min(squares, key=lambda each: squares[each])
    before, after = values[:place], values[place:]
    levels = [sum(part) / len(part) for part in (before, after)]
    residuals = [value - levels[0] for value in before] + [value - levels[1] for value in after]
    df = len(values) - 2
    error = sqrt(squares[place] / df * (1 / len(before) + 1 / len(after))) * inflation(residuals)
    gap = levels[1] - levels[0]
    if not error:
        return place, 0.0 if gap else 1.0
    return place, min(1.0, len(squares) * t_two_sided(gap / error, df))


def squares_about_steps(values: Sequence[float], places: Sequence[int]) -> float:
    """Give the sum of squares about the means between steps."""
    ends = [0, *places, len(values)]
    return sum(_about_mean(values[start:end]) for start, end in pairwise(ends))


def _cut(values: Sequence[float], start: int, end: int, alpha: float) -> list[tuple[int, float]]:
    best = best_cut(values[start:end])
    if best is None or best[1] > alpha:
        return []
    place = start + best[0]
    return [*_cut(values, start, place, alpha), (place, best[1]), *_cut(values, place, end, alpha)]


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


def _about_mean(values: Sequence[float]) -> float:
    level = sum(values) / len(values)
    return sum((value - level) ** 2 for value in values)
