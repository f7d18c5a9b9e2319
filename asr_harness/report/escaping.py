"""Texts of others, such as a case's reason, made fit for GitHub's Markdown and for XML."""

from __future__ import annotations

import re

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write (https://www.w3.org/TR/xml/#charsets)."""


def markdown(text: str, most: int | None = None) -> str:
    """Escape what would end a table's cell or begin an element, after cutting it to `most` characters."""
    cut = text if most is None or len(text) <= most else f"{text[: most - 1]}…"
    return cut.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ").replace("\r", " ")


def code(text: str) -> str:
    """Give a name in the type of code, inside a table too."""
    inside = text.replace("`", "'").replace("|", "\\|").replace("\n", " ").replace("\r", " ")
    return f"`{inside}`"


def xml(text: str) -> str:
    """Replace the characters that XML cannot hold, such as a terminal's colours."""
    return NOT_XML.sub("�", text)
