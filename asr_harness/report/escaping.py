"""Texts of others, such as a case's reason, made fit for terminals, spreadsheets, Markdown and XML."""

from __future__ import annotations

import re

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write (https://www.w3.org/TR/xml/#charsets)."""

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What steers a terminal, or turns the direction of writing; a tab and a line's end do no harm."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With what a spreadsheet's formula begins (https://owasp.org/www-community/attacks/CSV_Injection)."""


def terminal(text: str) -> str:
    """Spell out what would steer a terminal, such as colours and moves of the cursor."""
    return CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


def cell(text: str) -> str:
    """Keep a spreadsheet from reckoning with a text: what begins like a formula begins with a quote."""
    return f"'{text}" if text.startswith(FORMULA) else text


def markdown(text: str, most: int | None = None) -> str:
    """Escape what would end a table's cell or begin an element, after cutting it to `most` characters."""
    cut = text if most is None or len(text) <= most else f"{text[: most - 1]}…"
    inline = terminal(cut.replace("\n", " ").replace("\r", " ").replace("\\", "\\\\"))
    # A zero-width space keeps GitHub from calling somebody.
    return re.sub(r"([|`\[\]])", r"\\\1", inline).replace("<", "&lt;").replace("@", "@\u200b")


def code(text: str) -> str:
    """Give a name in the type of code, inside a table too."""
    inside = terminal(text.replace("\n", " ").replace("\r", " ")).replace("`", "'").replace("|", "\\|")
    return f"`{inside}`"


def xml(text: str) -> str:
    """Replace what XML cannot hold, such as a terminal's colours, and what turns the direction of writing."""
    return CONTROL.sub("�", NOT_XML.sub("�", text).replace("\r", " "))
