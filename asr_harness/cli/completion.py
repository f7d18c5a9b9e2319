"""Print a script by which the shell completes commands and options of `asr-harness`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from asr_harness.errors import UnavailableError

if TYPE_CHECKING:
    import argparse

SHELLS = ("bash", "zsh", "tcsh")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the shell."""
    parser.add_argument("shell", choices=SHELLS)


def run(arguments: argparse.Namespace) -> int:
    """Print the script, which shtab makes of the parser. Raises UnavailableError without shtab."""
    from asr_harness.cli import build_parser

    try:
        import shtab
    except ImportError as error:
        raise UnavailableError(
            "completion needs shtab, which is not installed: pip install 'asr-harness[completion]'"
        ) from error
    sys.stdout.write(f"{shtab.complete(build_parser(), shell=arguments.shell)}\n")
    return 0
