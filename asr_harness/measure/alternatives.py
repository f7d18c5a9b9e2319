"""Alternatives in references, as in NIST SCTK's STM: `{ going to / gonna }`, either of which is right.

`@` stands for nothing: `{ uh / @ }`. Groups nest.
Braces without a slash that stands alone are none.
"""

from __future__ import annotations

import re
from itertools import islice, product
from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MAX_DEPTH = 8
MAX_PER_GROUP = 64
MAX_TRIED = 256
"""Up to so many texts all are tried; above, one group after another is, the others staying as they are."""

NOTHING = "@"
_TOKEN = re.compile(r"[{}]|(?<!\S)/(?!\S)|(?<!\S)/(?=\})|(?<=\{)/(?!\S)")


def closest(reference: str, distance: Callable[[str], tuple[int, ...]]) -> str:
    """Choose what gives the least distance, the first of equals; a text without alternatives is as it is."""
    groups = _groups(reference)
    if all(len(group) == 1 for group in groups):
        return _joined([group[0] for group in groups]) if len(groups) > 1 else reference
    if prod(len(group) for group in groups) <= MAX_TRIED:
        return min(map(_joined, product(*groups)), key=distance)
    return _group_by_group(groups, distance)


def _group_by_group(groups: Sequence[Sequence[str]], distance: Callable[[str], tuple[int, ...]]) -> str:
    chosen = [group[0] for group in groups]
    best = distance(_joined(chosen))
    improved = True
    while improved:
        improved = False
        for place, group in enumerate(groups):
            for alternative in group:
                tried = [*chosen[:place], alternative, *chosen[place + 1 :]]
                if (found := distance(_joined(tried))) < best:
                    chosen, best, improved = tried, found, True
    return _joined(chosen)


def _groups(text: str, depth: int = 0) -> list[tuple[str, ...]]:
    """Divide a text into stretches with one reading, and groups with several."""
    groups: list[tuple[str, ...]] = []
    rest = 0
    for start, end in _braced(text) if depth < MAX_DEPTH else ():
        if readings := _readings(text[start + 1 : end], depth):
            groups += [(text[rest:start],), readings]
            rest = end + 1
    return [*groups, (text[rest:],)]


def _readings(inner: str, depth: int) -> tuple[str, ...]:
    """Give every reading of what braces hold; none where no slash divides it."""
    parts = _divided(inner)
    if len(parts) == 1:
        return ()
    readings = dict.fromkeys(
        _joined(reading)
        for part in parts
        for reading in islice(product(*_groups(part, depth + 1)), MAX_PER_GROUP)
    )
    return tuple("" if reading == NOTHING else reading for reading in islice(readings, MAX_PER_GROUP))


def _divided(inner: str) -> list[str]:
    parts, depth, first = [], 0, 0
    for mark in _TOKEN.finditer(inner):
        depth += {"{": 1, "}": -1}.get(mark[0], 0)
        if mark[0] == "/" and depth == 0:
            parts.append(inner[first : mark.start()])
            first = mark.end()
    return [*parts, inner[first:]]


def _braced(text: str) -> list[tuple[int, int]]:
    """Find the outermost pairs of braces; one that has no partner is text."""
    opened: list[int] = []
    pairs: list[tuple[int, int]] = []
    for mark in re.finditer(r"[{}]", text):
        if mark[0] == "{":
            opened.append(mark.start())
        elif opened:
            start = opened.pop()
            while pairs and pairs[-1][0] > start:
                pairs.pop()
            pairs.append((start, mark.start()))
    return pairs


def _joined(parts: Sequence[str]) -> str:
    return " ".join(" ".join(parts).split())
