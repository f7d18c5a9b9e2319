"""How `--help` looks: paragraphs and examples as they are written, and each default beside its option."""

from __future__ import annotations

import argparse
from shutil import get_terminal_size
from textwrap import wrap

MAX_WIDTH = 110


class HelpFormatter(argparse.HelpFormatter):
    """Wraps paragraphs one by one, leaves indented lines as they are, and adds defaults that are not told."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=min(get_terminal_size().columns, MAX_WIDTH) - 2)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        paragraphs = text.strip("\n").split("\n\n")
        return "\n\n".join(
            paragraph
            if "\n  " in paragraph
            else "\n".join(wrap(paragraph, width, initial_indent=indent, subsequent_indent=indent))
            for paragraph in paragraphs
        )

    def _get_help_string(self, action: argparse.Action) -> str | None:
        text = action.help
        if not text or "default" in text or not action.option_strings:
            return text
        is_without = action.nargs == 0 or action.default in (None, "", [], argparse.SUPPRESS)
        if is_without or str(action.default) in text or "%(default)s" in text:
            return text
        return f"{text} (default: %(default)s)"
