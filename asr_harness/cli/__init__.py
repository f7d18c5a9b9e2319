"""The `asr-harness` command: one file a subcommand, each with `add_arguments(parser)` and `run(arguments) ->
int`.
"""

from __future__ import annotations

import argparse
import ast
import os
import signal
import sys
import traceback
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from asr_harness import __version__, streams
from asr_harness.cli._examples import EXAMPLES, FIRST_STEPS
from asr_harness.cli._help import HelpFormatter
from asr_harness.errors import AsrHarnessError, PlaceError, unforeseen
from asr_harness.paths import ensure_home
from asr_harness.report.escaping import terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

EXIT_UNUSABLE_INPUT = 2
EXIT_BROKEN_PIPE = 128 + 13
"""As a shell has it for a program that SIGPIPE ended; 1 would be a regression."""
EXIT_INTERRUPTED = 128 + signal.SIGINT
SEPARATOR = "--"
TRACEBACK = "--traceback"


class Parser(argparse.ArgumentParser):
    """Unlike argparse's own, says so where standard output takes no help, and repeats no escape sequence."""

    def _print_message(self, message: str, file: Any = None) -> None:
        if file is sys.stdout:
            sys.stdout.write(message)
        else:
            super()._print_message(terminal(message), file)


def build_parser(chosen: str | None = None) -> argparse.ArgumentParser:
    """Make the parser; a module's docstring is its subcommand's help.

    Only the chosen subcommand is imported, so that none pays for what another one needs; without a choice,
    all are.
    """
    parser = Parser(
        prog="asr-harness",
        description="Measure and judge speech recognisers.",
        epilog=FIRST_STEPS,
        formatter_class=HelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"asr-harness {__version__}")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in command_names():
        description = _description(name)
        summary = description.splitlines()[0]
        subparser = subparsers.add_parser(
            name,
            help=summary,
            description=description,
            formatter_class=HelpFormatter,
            epilog=EXAMPLES.get(name),
        )
        if chosen in (None, name):
            command = import_module(f"{__name__}.{name}")
            command.add_arguments(subparser)
            subparser.add_argument(TRACEBACK, action="store_true", help="show where an error came from")
            subparser.set_defaults(run=command.run)
    return parser


def command_names() -> list[str]:
    """List the subcommands: the files of this folder."""
    return [
        module_info.name for module_info in iter_modules(__path__) if not module_info.name.startswith("_")
    ]


def _description(name: str) -> str:
    """Read a subcommand's docstring without importing it."""
    source = (Path(__file__).parent / f"{name}.py").read_text("utf-8")
    return (ast.get_docstring(ast.parse(source)) or name).strip()


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand and return its exit status.

    Whatever goes wrong is one message and status 2: no other status but a verdict's says 1 or 3. The
    traceback is shown where `--traceback` is given. Where the reader of the output has gone, as `head` does,
    the rest is for nobody and no error.
    """
    streams.open_closed_output()
    ensure_home()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that cannot show an arrow is no reason to end in a traceback.
            stream.reconfigure(errors="backslashreplace")
    given = list(sys.argv[1:] if argv is None else argv)
    try:
        try:
            return _run(given)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        _leave_unwritten()
        return EXIT_BROKEN_PIPE
    except KeyboardInterrupt as interrupt:
        _say(given, str(interrupt) or "interrupted")
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001  # the one place where the command itself ends
        is_foreseen = isinstance(error, AsrHarnessError)
        if TRACEBACK in given:
            with suppress(OSError):
                traceback.print_exception(error)
        _say(given, str(error) if is_foreseen or TRACEBACK in given else unforeseen(error))
        _leave_unwritten()
        return EXIT_UNUSABLE_INPUT


def _say(given: Sequence[str], message: str) -> None:
    command = next((word for word in given if word in command_names()), "")
    with suppress(OSError, ValueError):  # nobody is left to hear it
        words = f"asr-harness {command}".strip()
        print(words, terminal(message), sep=": ", file=sys.stderr)  # noqa: T201


def _leave_unwritten() -> None:
    """Let go of what standard output could not take.

    Python flushes once more at its end: docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(given: Sequence[str]) -> int:
    try:
        Path.cwd()
    except OSError as error:
        raise PlaceError(
            f"the current folder cannot be told ({error.strerror}); change to one that is there"
        ) from error
    end = given.index(SEPARATOR) if SEPARATOR in given else len(given)
    parser = build_parser(next((word for word in given[:end] if word in command_names()), ""))
    arguments = parser.parse_args(given[:end])
    if given[end:]:
        # argparse cannot tell a list of another program's options from its own.
        if not hasattr(arguments, "selection"):
            parser.error(f"{arguments.command} takes nothing after {SEPARATOR}")
        arguments.selection = given[end + 1 :]
    return int(arguments.run(arguments))
