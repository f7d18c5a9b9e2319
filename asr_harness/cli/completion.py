"""Print a script by which the shell completes commands and options of `asr-harness`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from asr_harness.errors import UnavailableError

if TYPE_CHECKING:
    import argparse

SHELLS = ("bash", "zsh", "fish", "tcsh")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the shell."""
    parser.add_argument("shell", choices=SHELLS)


def run(arguments: argparse.Namespace) -> int:
    """Print the script, which shtab makes of the parser. Raises UnavailableError without a shtab that can."""
    from asr_harness.cli import build_parser

    try:
        import shtab
    except ImportError as error:
        raise UnavailableError(
            "completion needs shtab, which is not installed: pip install 'asr-harness[completion]'"
        ) from error
    if arguments.shell not in shtab.SUPPORTED_SHELLS:
        raise UnavailableError(
            f"the installed shtab {shtab.__version__} completes {', '.join(shtab.SUPPORTED_SHELLS)}, and not "
            f"{arguments.shell}: pip install --upgrade shtab"
        )
    sys.stdout.write(f"{shtab.complete(build_parser(), shell=arguments.shell)}\n")
    return 0
