"""Compare saved runs of two commits, and say what got slower, hungrier or wrong.

A side is a file, a glob, a folder, a run number, a commit in git's words, or latest:BRANCH, or several of
these separated by commas; A...B stands for both: the commit where B left A, and B. Exit status: 0 nothing
regressed, 1 a regression or a missing case, 2 unusable input, 3 undecided.
"""

from __future__ import annotations

from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from asr_harness.cli._colour import add_colour, painted
from asr_harness.cli._lines import tell
from asr_harness.cli._storage import add_storage
from asr_harness.cli._sweeping import sweep_seldom
from asr_harness.errors import RecordError
from asr_harness.judge import Evidence, history_columns, judge, policy
from asr_harness.report import forms, step_summary
from asr_harness.report.writing import write_text
from asr_harness.runs import former_runs, select_runs, sides

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take two sides, the tolerances and the form of the answer."""
    parser.add_argument("base", metavar="BASE", help="the runs to compare with; A...B for both sides")
    parser.add_argument("candidate", metavar="CANDIDATE", nargs="?", help="the runs to judge")
    policy.add_arguments(parser)
    parser.add_argument(
        "--format", choices=forms.names(), default="table", help="what is printed (default: %(default)s)"
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the verdicts for a comment, too")
    add_colour(parser)
    add_storage(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the comparison and give its exit status."""
    sweep_seldom()
    chosen = policy.from_arguments(arguments)
    if arguments.markdown and not arguments.markdown.absolute().parent.is_dir():
        raise RecordError(f"cannot write {arguments.markdown}: its folder does not exist; make it first")
    first, second = sides(arguments.base, arguments.candidate)
    candidate = select_runs(second, arguments.storage, tell=tell)
    measured = {run.commit for run in candidate if run.commit and not run.is_dirty}
    base = select_runs(first, arguments.storage, excluding=measured, tell=tell)
    history = former_runs(base, candidate, history_columns(), arguments.storage)
    judgement = judge(Evidence(base, candidate, history), chosen)
    width = get_terminal_size().columns
    colour = arguments.color if arguments.format in forms.for_people() else "no"
    print(painted(forms.render(arguments.format, judgement, width), colour))  # noqa: T201
    markdown = forms.render("markdown", judgement, width)
    step_summary.add(markdown)
    if arguments.markdown:
        write_text(arguments.markdown, markdown + "\n")
    return judgement.exit_status
