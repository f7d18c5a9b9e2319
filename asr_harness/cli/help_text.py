"""How `--help` looks: paragraphs and examples as they are written, and each default beside its option."""

from __future__ import annotations

import argparse
from shutil import get_terminal_size
from textwrap import wrap

EPILOG = """\
first steps:
  asr-harness demo       shows a regression that is caught, in a scratch repository
  asr-harness init       writes a suite into this repository
  pytest benchmarks/ --benchmark-autosave     measures; `pytest --help` lists the --asr-... options
  asr-harness ab main HEAD                    judges two commits, side by side
"""
MAX_WIDTH = 110


class HelpFormatter(argparse.HelpFormatter):
    """Wraps paragraphs one by one, leaves indented lines as they are, and adds defaults that are not told."""

    def __init__(self, prog: str, **settings: int) -> None:
        super().__init__(prog, width=min(get_terminal_size().columns, MAX_WIDTH) - 2, **settings)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        paragraphs = text.strip("\n").split("\n\n")
        return "\n\n".join(
            paragraph if "\n  " in paragraph else "\n".join(wrap(paragraph, width))
            for paragraph in paragraphs
        )

    def _get_help_string(self, action: argparse.Action) -> str | None:
        text = action.help
        is_told = not text or "default" in text or "%(default)s" in text
        if is_told or action.default in (None, "", argparse.SUPPRESS) or not action.option_strings:
            return text
        if action.nargs == 0 or action.default == []:
            return text
        return f"{text} (default: %(default)s)"
