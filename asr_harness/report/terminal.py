"""Plain tables that fit the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

GAP = "  "
ELLIPSIS = "…"
MIN_FIRST_COLUMN = 12


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Lay out lines of at most `width` characters: the first column to the left, the others to the right.

    Only the first column gives way, by what keeps its rows apart.
    """
    columns = list(zip(headers, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    others = sum(widths[1:]) + len(GAP) * (len(widths) - 1)
    widths[0] = max(min(widths[0], width - others), MIN_FIRST_COLUMN)
    first = shorten(columns[0], widths[0])
    return [_line((name, *row[1:]), widths) for name, row in zip(first, (headers, *rows), strict=True)]


def shorten(texts: Sequence[str], width: int) -> list[str]:
    """Cut texts that are too long, all at one place: the nearest to their middle where most stay distinct."""
    room = width - len(ELLIPSIS)
    middle = room // 2
    heads = sorted(range(room + 1), key=lambda head: abs(head - middle))
    cuts = ([_cut(text, head, room - head) for text in texts] for head in heads)
    return max(cuts, key=lambda cut: len(set(cut)))


def _cut(text: str, head: int, tail: int) -> str:
    if len(text) <= head + len(ELLIPSIS) + tail:
        return text
    return text[:head] + ELLIPSIS + text[len(text) - tail :]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
    return GAP.join([row[0].ljust(widths[0]), *cells]).rstrip()
