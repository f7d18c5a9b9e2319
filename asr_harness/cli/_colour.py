"""Colour for verdicts in a terminal: after the layout, so that no width changes."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

RESET = "\x1b[0m"
RED, GREEN, YELLOW = "\x1b[31m", "\x1b[32m", "\x1b[33m"
OF_VERDICT = {
    "regression": RED,
    "missing": RED,
    "improvement": GREEN,
    "unchanged": GREEN,
    "inconclusive": YELLOW,
    "incomparable": YELLOW,
}
OF_ENDING = {
    "REGRESSION": RED,
    "NOTHING COULD BE COMPARED": RED,
    "NO REGRESSION": GREEN,
    "UNDECIDED": YELLOW,
}
# A verdict stands in a column of its own, what counts in no brackets; an ending begins its line.
_VERDICT = re.compile(rf"(?<= {{2}})(?:{'|'.join(OF_VERDICT)})(?= {{2}}|$)", re.MULTILINE)
_ENDING = re.compile(rf"^(?:{'|'.join(OF_ENDING)})(?=:)", re.MULTILINE)


def add_colour(parser: argparse.ArgumentParser) -> None:
    """Offer what pytest calls `--color`."""
    parser.add_argument(
        "--color",
        choices=("auto", "yes", "no"),
        default="auto",
        help="colour verdicts: on a terminal or with FORCE_COLOR, but for NO_COLOR; or always, or never "
        "(default: %(default)s)",
    )


def painted(text: str, choice: str) -> str:
    """Give text with its verdicts coloured, if colour is wanted (no-color.org, force-color.org)."""
    if not is_wanted(choice):
        return text
    text = _VERDICT.sub(lambda match: f"{OF_VERDICT[match[0]]}{match[0]}{RESET}", text)
    return _ENDING.sub(lambda match: f"{OF_ENDING[match[0]]}{match[0]}{RESET}", text)


def is_wanted(choice: str) -> bool:
    """Whether standard output is to have colours; FORCE_COLOR asks for them, NO_COLOR has the last word."""
    if choice != "auto":
        return choice == "yes"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")
