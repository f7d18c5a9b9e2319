"""Compare saved runs of two commits, and say what got slower, hungrier or wrong.

A side is a file, a glob, a folder, a run number, seven or more digits of a commit, or latest:BRANCH, or
several of these separated by commas. Exit status: 0 nothing regressed, 1 a regression or a missing case, 2
unusable input, 3 undecided.
"""

from __future__ import annotations

from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from asr_harness import compare, settings
from asr_harness.report import formats
from asr_harness.selecting import STORAGE, former_runs, select_runs

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take two sides, the tolerances and the form of the answer."""
    parser.add_argument("base", metavar="BASE", help="the runs to compare with")
    parser.add_argument("candidate", metavar="CANDIDATE", help="the runs to judge")
    settings.add_arguments(parser)
    parser.add_argument(
        "--across",
        action="append",
        default=[],
        choices=compare.ACROSS,
        help="compare in spite of other machines (then without times), weights or decoding settings",
    )
    parser.add_argument("--format", choices=formats.NAMES, default="table")
    parser.add_argument("--storage", type=Path, default=STORAGE, help="where runs are saved (%(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Print the comparison and give its exit status."""
    chosen = settings.read(arguments)
    base, candidate = (select_runs(side, arguments.storage) for side in (arguments.base, arguments.candidate))
    found = compare.compare(
        base,
        candidate,
        rules=chosen.rules,
        trades=chosen.trades,
        alpha=chosen.alpha,
        across=arguments.across,
        history=former_runs(base, candidate, arguments.storage),
    )
    status = compare.exit_status(found, undecided=chosen.undecided)
    print(formats.render(arguments.format, found, status, get_terminal_size().columns))  # noqa: T201
    return status
