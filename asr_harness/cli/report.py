"""Turn saved runs into one self-contained page: figures, claims, advice and tables."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from asr_harness.cli._lines import tell
from asr_harness.cli._storage import add_storage
from asr_harness.cli._sweeping import sweep_seldom
from asr_harness.errors import RecordError
from asr_harness.judge import Evidence, history_columns, judge, policy
from asr_harness.metrics import units
from asr_harness.report.advice import AdviceLimits
from asr_harness.report.content import Content, gather
from asr_harness.report.extent import History, history_of, recent, report_columns, whole
from asr_harness.report.table import table
from asr_harness.runs import former_runs, load_runs, select_runs, select_summaries
from asr_harness.runs.former import with_columns
from asr_harness.runs.select import all_of
from asr_harness.schema import load_run

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    import pandas as pd

    from asr_harness.report.page.differences import Differences
    from asr_harness.schema import RunFile

MEBIBYTE = 2**20
LIMITS = (
    ("--max-latency-p95", "SECONDS", "of a request"),
    ("--max-wer", "PERCENT", "word error rate"),
    ("--max-memory", "MIB", "peak memory"),
    ("--max-energy", "JOULES", "of an utterance"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take runs, where to write what, the limits of the advice and two sides to compare."""
    parser.add_argument(
        "runs",
        nargs="*",
        metavar="RUN",
        help="a file, a glob, a folder, a run number, a commit or latest:BRANCH; without any, those of "
        "--compare, else all saved runs",
    )
    parser.add_argument("-o", "--output", type=Path, default=Path("report.html"), help="the page to write")
    parser.add_argument(
        "--figures", type=Path, metavar="FOLDER", help="write every figure as PNG and SVG, too"
    )
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write a pull request's comment")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the table of cases as CSV")
    parser.add_argument("--parquet", type=Path, metavar="FILE", help="write the table of cases as Parquet")
    parser.add_argument(
        "--compare", nargs=2, metavar=("BASE", "CANDIDATE"), help="put `compare`'s verdicts into the page"
    )
    add_storage(parser)
    policy.add_arguments(parser)
    limits = parser.add_argument_group("limits of the advice")
    for option, unit, what in LIMITS:
        limits.add_argument(option, type=float, metavar=unit, help=what)


def run(arguments: argparse.Namespace) -> int:
    """Write what was asked for, and name each file."""
    _check_folders(arguments)
    sweep_seldom()
    sides = [select_runs(side, arguments.storage, tell=tell) for side in arguments.compare or ()]
    compared = differences(sides[0], sides[1], arguments) if sides else None
    history, candidate = _history(arguments, sides), sides[1] if sides else []
    runs = load_runs(whole(history.runs, {run.path.name for run in candidate}))
    content = gather(runs, _limits(arguments), compared, candidate, history)
    for path in _written(content, arguments):
        print(f"{path}  {units.file_size(path.stat().st_size)}")  # noqa: T201
    return 0


def _check_folders(arguments: argparse.Namespace) -> None:
    """Raise RecordError before anything is drawn where a file could not be written."""
    for path in (arguments.output, arguments.markdown, arguments.csv, arguments.parquet):
        if path is not None and not path.absolute().parent.is_dir():
            raise RecordError(f"cannot write {path}: there is no folder {path.parent}; make it first")


def differences(
    base: Sequence[RunFile], candidate: Sequence[RunFile], arguments: argparse.Namespace
) -> Differences:
    """Judge two sides as `compare` does, by the same policy."""
    from asr_harness.report.comparing import differences as in_words

    history = former_runs(base, candidate, history_columns(), arguments.storage)
    chosen = policy.from_arguments(arguments)
    judgement = judge(Evidence(base, candidate, history), chosen)
    return in_words(judgement, base, candidate, chosen)


def _history(arguments: argparse.Namespace, sides: Sequence[Sequence[RunFile]]) -> History:
    """Give all runs, with values of those alone that are drawn and judged."""
    if sides and not arguments.runs:
        by_path = {run.path.resolve(): run for side in sides for run in side}
        return history_of(by_path.values())
    side = ",".join(arguments.runs or [all_of(arguments.storage)])
    runs = select_summaries(side, arguments.storage, tell=tell)
    return History(runs, with_columns(recent(runs), report_columns()))


def _limits(arguments: argparse.Namespace) -> AdviceLimits:
    return AdviceLimits(
        latency_p95_s=arguments.max_latency_p95,
        wer=None if arguments.max_wer is None else arguments.max_wer / 100,
        memory_bytes=None if arguments.max_memory is None else arguments.max_memory * MEBIBYTE,
        energy_per_utterance_j=arguments.max_energy,
    )


def _all_rows(content: Content) -> pd.DataFrame:
    """Give the table of all runs, be they in the page whole or not."""
    if content.extent.n_whole == content.extent.n_runs:
        return content.table
    return table(load_run(path) for path in dict.fromkeys(run.head.path for run in content.history))


def _written(content: Content, arguments: argparse.Namespace) -> list[Path]:
    """Render all texts before the first file is touched, then put each file in place whole."""
    from asr_harness.report import markdown, page
    from asr_harness.report.images import write_images
    from asr_harness.report.tables import write_csv, write_parquet
    from asr_harness.report.writing import write_text, write_whole

    texts = {arguments.output: page.render(content)}
    if arguments.markdown is not None:
        texts[arguments.markdown] = markdown.render(content)
    tables = ((write_csv, arguments.csv), (write_parquet, arguments.parquet))
    asked = [(write, path) for write, path in tables if path is not None]
    try:
        for path, text in texts.items():
            write_text(path, text)
        for write, path in asked:
            write_whole(path, partial(write, _all_rows(content)))
        images = write_images(content.figures, arguments.figures) if arguments.figures else []
    except OSError as error:
        # pandas gives a sentence in place of a file's name.
        named = f"{error.filename}: {error.strerror}" if error.filename else error
        raise RecordError(f"cannot write {named}") from error
    except UnicodeEncodeError as error:
        raise RecordError(f"cannot write {error.object[error.start]!r}, which is no character") from error
    return [*texts, *(path for _, path in asked), *images]
