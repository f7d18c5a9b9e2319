"""HTML in small pieces; whatever comes from a run is escaped here."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


TAG = re.compile("<[^>]*>")
SHORT = 30
"""Characters of a cell that is kept on one line."""


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def text(value: object) -> str:
    """Escape all but what is HTML already."""
    return value if isinstance(value, Html) else escape(str(value))


def element(tag: str, *children: object, **attributes: str) -> Html:
    """Make one element; `class_` is its class."""
    named = "".join(f' {name.rstrip("_").replace("_", "-")}="{escape(v)}"' for name, v in attributes.items())
    return Html(f"<{tag}{named}>{''.join(map(text, children))}</{tag}>")


def table(
    headers: Sequence[object],
    rows: Iterable[Sequence[object]],
    *,
    numbers: int | None = None,
    stacks: bool = False,
) -> Html:
    """Make a table; columns from `numbers` on are set to the right.

    On a phone the cells of one that `stacks` stand below each other, each with its head.
    """

    def kind(place: int, value: object) -> str:
        if numbers is not None and place >= numbers:
            return "number"
        return "short" if len(TAG.sub("", str(value))) <= SHORT else "long"

    def cell(tag: str, place: int, value: object) -> Html:
        head = {"data_head": str(headers[place])} if stacks and tag == "td" and value != "" else {}
        return element(tag, value, class_=kind(place, value), **head)

    def cells(tag: str, values: Sequence[object]) -> Html:
        return element("tr", *(cell(tag, i, value) for i, value in enumerate(values)))

    body = element("tbody", *(cells("td", row) for row in rows))
    return element(
        "div",
        element("table", element("thead", cells("th", headers)), body),
        class_="wide stacked" if stacks else "wide",
        tabindex="0",
    )


def section(key: str, title: str, *children: object) -> Html:
    """Make one of the page's sections, to be linked to by its key."""
    return element("section", element("h2", title), *children, id=key)


def badge(word: object, kind: str) -> Html:
    """Set a word off by colour; `kind` is good, bad, unsure or plain."""
    return element("span", word, class_=f"badge {kind}")


def items(values: Iterable[object]) -> Html:
    """List things."""
    return element("ul", *(element("li", value) for value in values))


def folded(summary: object, *children: object) -> Html:
    """Fold what only some readers want."""
    return element("details", element("summary", summary), *children)
