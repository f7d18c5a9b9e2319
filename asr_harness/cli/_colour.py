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
        help="colour verdicts: where standard output is a terminal and NO_COLOR is not set, or always, or "
        "never (default: %(default)s)",
    )


def painted(text: str, choice: str) -> str:
    """Give text with its verdicts coloured, if colour is wanted (no-color.org)."""
    if not _is_wanted(choice):
        return text
    text = _VERDICT.sub(lambda match: f"{OF_VERDICT[match[0]]}{match[0]}{RESET}", text)
    return _ENDING.sub(lambda match: f"{OF_ENDING[match[0]]}{match[0]}{RESET}", text)


def _is_wanted(choice: str) -> bool:
    if choice != "auto":
        return choice == "yes"
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
