"""Price the directions of optimisation: what each variant buys against a baseline, and costs in words.

Saved runs are taken that measured both; `--sessions` measures some first, the order of the variants turned
about each time, so that no hour favours one. What follows `--` goes to pytest. Exit status: 0, or 2 where
nothing can be priced.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from asr_harness.cli._storage import add_storage
from asr_harness.errors import RecordError
from asr_harness.judge.price import price
from asr_harness.report.price import lines
from asr_harness.runs import select_runs
from asr_harness.stats import ALPHA

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the variants, and the runs or how many sessions to measure."""
    parser.add_argument("baseline", metavar="BASELINE", help="the variant to compare with, such as baseline")
    parser.add_argument(
        "variants", metavar="VARIANT", nargs="*", help="those to price (default: all that were measured)"
    )
    parser.set_defaults(selection=[])
    parser.add_argument(
        "--runs", metavar="RUN", help="a file, a folder, a number or a commit (default: all saved runs)"
    )
    parser.add_argument(
        "--sessions", type=int, default=0, metavar="N", help="measure so many sessions first (default: none)"
    )
    parser.add_argument("--alpha", type=float, default=ALPHA, help="false alarms of a table (%(default)s)")
    add_storage(parser)


def run(arguments: argparse.Namespace) -> int:
    """Measure what was asked for, and print the prices."""
    if not 0 < arguments.alpha < 1:
        raise RecordError(f"--alpha {arguments.alpha:g} is not between 0 and 1")
    if arguments.sessions < 0:
        raise RecordError(
            f"--sessions {arguments.sessions} is below 0; 4 to 8 show a change of some per cent"
        )
    chosen = arguments.runs or str(arguments.storage)
    if arguments.sessions:
        chosen = str(_measured(arguments))
    prices = price(
        select_runs(chosen, arguments.storage), arguments.baseline, arguments.variants, arguments.alpha
    )
    print("\n".join(lines(prices, arguments.alpha, get_terminal_size().columns)))  # noqa: T201
    return 0


def _measured(arguments: argparse.Namespace) -> Path:
    """Run the sessions, each in a process of its own, and give the folder that they saved in."""
    if not arguments.variants:
        raise RecordError("--sessions needs the variants to measure, as in: price baseline fp16 --sessions 4")
    folder: Path = arguments.storage / f"price-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    order = [arguments.baseline, *arguments.variants]
    for number in range(arguments.sessions):
        variants = order if number % 2 == 0 else order[::-1]
        status = subprocess.run(_command(variants, folder, arguments.selection), check=False).returncode  # noqa: S603
        if status:
            raise RecordError(
                f"session {number + 1} ended with status {status}; what was saved is in {folder}"
            )
    return folder


def _command(variants: Sequence[str], folder: Path, selection: Sequence[str]) -> list[str]:
    given = list(selection) or ["benchmarks/"]
    return [
        sys.executable, "-m", "pytest", *given, "--asr-variants", ",".join(variants),
        "--benchmark-autosave", f"--benchmark-storage={folder}",
    ]  # fmt: skip
