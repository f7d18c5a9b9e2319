"""Show a regression that is caught: plant a slow-down and a lost word, and print both verdicts.

A small suite goes into a scratch repository with three commits of a recogniser: as it should be, with an
encoder pass too many, and with each first word lost. It takes two to three minutes on two quiet cores,
longer where they are slower or busy, and no network. Exit status: 0 both were caught, 1 one was not, 2 it
could not run.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from asr_harness.cli._lines import say
from asr_harness.cli.ab import duration_s
from asr_harness.judge.judgement import EXIT_FINE, EXIT_UNDECIDED
from asr_harness.runs.scratch import scratch
from asr_harness.starter.demonstration import CAUGHT, Demonstration
from asr_harness.stats.sequential import MIN_FORKS

if TYPE_CHECKING:
    import argparse


OUTCOMES = {
    CAUGHT: "caught",
    EXIT_UNDECIDED: "undecided: either fewer than {n} forks fitted into {budget}, or they differ too much on "
    "this machine; the lines above tell how long a fork takes and by how much they differ. Try again when it "
    "is quieter, or with a larger --budget",
    EXIT_FINE: "not caught: it was called no regression, which is a wrong verdict",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take where to keep the scratch repository, and the time for the slow-down."""
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FOLDER",
        help="make the repository here, and leave it (default: neither)",
    )
    parser.add_argument(
        "--budget",
        default="10m",
        help="at most so long for the two commits side by side, which end as soon as it is clear (default: "
        "%(default)s)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Show both, and say what became of them."""
    duration_s(arguments.budget)  # what is no duration is refused before anything is made
    if arguments.keep is not None:
        return _show(arguments.keep, arguments.budget)
    with scratch("demo") as folder:
        return _show(folder / "repository", arguments.budget)


def _show(root: Path, budget: str) -> int:
    demonstration = Demonstration.prepare(root, say)
    statuses = {
        "the slow-down": demonstration.show_slow_down(budget),
        "the lost word": demonstration.show_lost_word(),
    }
    say("")
    for name, status in statuses.items():
        say(f"{name}: {outcome(status, budget)}")
    return 0 if set(statuses.values()) == {CAUGHT} else 1


def outcome(status: int, budget: str) -> str:
    """Say what an exit status of `ab` or `compare` means for what was planted."""
    words = OUTCOMES.get(status, "not shown: the command ended with exit status {status}, as it says above")
    return words.format(status=status, budget=budget, n=MIN_FORKS)
