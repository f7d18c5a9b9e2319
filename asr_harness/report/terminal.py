"""Plain tables that fit the terminal."""

from __future__ import annotations

from itertools import takewhile
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
    first = [headers[0], *shorten(columns[0][1:], widths[0])]
    return [_line((name, *row[1:]), widths) for name, row in zip(first, (headers, *rows), strict=True)]


def shorten(texts: Sequence[str], width: int) -> list[str]:
    """Cut texts that are too long, all at one place: where most stay distinct, and lose what all have.

    Of several such places it is the nearest to the middle.
    """
    room = width - len(ELLIPSIS)
    middle = room // 2
    heads = sorted(range(room + 1), key=lambda head: abs(head - middle))
    n_lost = max(map(len, texts), default=0) - room
    at_start, at_end = _n_in_common(texts), _n_in_common([text[::-1] for text in texts])

    def kept(head: int) -> tuple[int, bool]:
        cut = [_cut(text, head, room - head) for text in texts]
        return len(set(cut)), head + n_lost <= at_start or room - head + n_lost <= at_end

    best = max(heads, key=kept)
    return [_cut(text, best, room - best) for text in texts]


def _n_in_common(texts: Sequence[str]) -> int:
    """Count the characters with which all texts begin, in whole parts that end with a dash."""
    columns = zip(*texts)  # noqa: B905  # the shortest ends what all have
    n = sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, columns))
    return texts[0][:n].rfind("-") + 1 if n else 0


def _cut(text: str, head: int, tail: int) -> str:
    if len(text) <= head + len(ELLIPSIS) + tail:
        return text
    return text[:head] + ELLIPSIS + text[len(text) - tail :]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
    return GAP.join([row[0].ljust(widths[0]), *cells]).rstrip()
