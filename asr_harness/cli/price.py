"""Price the directions of optimisation: what each variant buys against a baseline, and costs in words.

Saved runs are taken that measured both: the newest that are of one code, machine and grid; the others are
left out, and named. `--sessions` or `--minutes` measure first: a process for each variant, their rounds in
turn, one session after another; what follows `--` goes to pytest (default: benchmarks/). Ctrl-C keeps what is
over and prices it, and `--into` goes on. Exit status: 0, 2 where nothing can be priced, 130 after Ctrl-C.
"""

from __future__ import annotations

from datetime import UTC, datetime
from math import inf
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from asr_harness.cli._lines import say
from asr_harness.cli._pricing import MAX_SESSIONS, Pricing
from asr_harness.cli._sessions import SavedSessions
from asr_harness.cli._storage import add_storage
from asr_harness.errors import RecordError
from asr_harness.judge.alike import beside, newest_kind, variant_names
from asr_harness.judge.price import price
from asr_harness.metrics import units
from asr_harness.report.price import lines
from asr_harness.runs import select_runs
from asr_harness.stats import ALPHA

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from asr_harness.judge.alike import LeftOut
    from asr_harness.schema import RunFile

SUFFIXES = (".html", ".svg", ".png")


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
        "--sessions", type=int, metavar="N", help="measure until there are so many sessions (6 show 10 %%)"
    )
    parser.add_argument(
        "--minutes", type=float, metavar="M", help="measure for at most so long; whole sessions alone count"
    )
    parser.add_argument(
        "--into", type=Path, metavar="FOLDER", help="where sessions are saved; those that are there count"
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="draw the prices, too: a .html, .svg or .png file"
    )
    parser.add_argument("--alpha", type=float, default=ALPHA, help="false alarms of a table (%(default)s)")
    add_storage(parser)


def run(arguments: argparse.Namespace) -> int:
    """Measure what was asked for, and print the prices."""
    _check(arguments)
    if arguments.sessions or arguments.minutes:
        _measure(arguments)
    else:
        side = arguments.runs or str(arguments.into or arguments.storage)
        _show(arguments, select_runs(side, arguments.storage), {})
    return 0


def _measure(arguments: argparse.Namespace) -> None:
    """Measure sessions, and print the prices; raises KeyboardInterrupt where Ctrl-C ended it, after them."""
    pricing = _pricing(arguments)
    pricing.run()
    saved = pricing.sessions.saved()
    if not pricing.is_interrupted or beside(saved, arguments.baseline, arguments.variants):
        _show(arguments, saved, pricing.sessions.gone)
    if pricing.is_interrupted:
        raise KeyboardInterrupt(pricing.ended_early("interrupted"))


def _show(arguments: argparse.Namespace, saved: Sequence[RunFile], gone: Mapping[str, str]) -> None:
    """Print the prices over the newest runs that are alike, and draw them."""
    baseline, variants, alpha = arguments.baseline, arguments.variants, arguments.alpha
    runs, left_out = newest_kind(beside(saved, baseline, variants))
    gone = {**_left_out_alone(variants, runs, left_out), **gone}
    # Where none has both, what all have says what is missing.
    prices = price(runs or saved, baseline, variants, alpha, gone)
    for line in lines(prices, alpha, get_terminal_size().columns, left_out):
        say(line)
    if arguments.output is not None:
        from asr_harness.report.images import write_image
        from asr_harness.report.price_chart import draw_prices

        write_image(draw_prices(prices, alpha), arguments.output)
        say(str(arguments.output))


def _left_out_alone(
    variants: Sequence[str], runs: Sequence[RunFile], left_out: Sequence[LeftOut]
) -> dict[str, str]:
    """Give the variants that only runs which are left out have, each with the reason."""
    absent = {*variants} - variant_names(runs)
    return {
        name: f"only runs that are left out have it ({one.reason})"
        for one in left_out
        for name in absent & variant_names([one.run])
    }


def _check(arguments: argparse.Namespace) -> None:
    """Raise RecordError for what cannot be measured, priced or written, before anything runs."""
    if not 0 < arguments.alpha < 1:
        raise RecordError(f"--alpha {arguments.alpha:g} is not between 0 and 1")
    if arguments.sessions is not None and arguments.sessions < 1:
        raise RecordError(f"--sessions {arguments.sessions} is below 1; 6 show a change of some per cent")
    if arguments.minutes is not None and not 0 < arguments.minutes < inf:
        raise RecordError(f"--minutes {arguments.minutes:g} is no time to measure in; give one above 0")
    if arguments.into is not None and arguments.into.exists() and not arguments.into.is_dir():
        raise RecordError(f"--into {arguments.into} is a file; name the folder of the sessions")
    output = arguments.output
    if output is not None and output.suffix not in SUFFIXES:
        raise RecordError(f"-o {output}: a picture is one of {', '.join(SUFFIXES)}")
    if output is not None and not output.absolute().parent.is_dir():
        raise RecordError(f"cannot write {output}: there is no folder {output.parent}; make it first")


def _pricing(arguments: argparse.Namespace) -> Pricing:
    variants = list(dict.fromkeys([arguments.baseline, *arguments.variants]))
    if len(variants) == 1:
        raise RecordError("what is to be measured? Name variants, as in: price baseline prune50 --sessions 6")
    if arguments.runs:
        raise RecordError("--runs is for what was measured before; --into names the folder to measure into")
    folder = arguments.into or arguments.storage / f"price-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    return Pricing(
        SavedSessions(folder, variants),
        arguments.selection or ["benchmarks/"],
        arguments.sessions or MAX_SESSIONS,
        inf if arguments.minutes is None else arguments.minutes * units.MINUTE_S,
    )
