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

    Only the first column gives way, in its middle, where model and variant both stay readable.
    """
    columns = list(zip(headers, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    others = sum(widths[1:]) + len(GAP) * (len(widths) - 1)
    widths[0] = max(min(widths[0], width - others), MIN_FIRST_COLUMN)
    return [_line(row, widths) for row in (headers, *rows)]


def shorten(text: str, width: int) -> str:
    """Cut the middle out of a text that is too long."""
    if len(text) <= width:
        return text
    head = (width - len(ELLIPSIS)) // 2
    return text[:head] + ELLIPSIS + text[len(text) - (width - len(ELLIPSIS) - head) :]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first = shorten(row[0], widths[0]).ljust(widths[0])
    rest = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
    return GAP.join([first, *rest]).rstrip()
