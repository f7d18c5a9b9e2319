"""Turn saved runs into one self-contained page: figures, claims, advice and tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from asr_harness.errors import RecordError
from asr_harness.report import units
from asr_harness.report.content import Content, gather
from asr_harness.selecting import STORAGE, select_runs

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take runs, and where to write what."""
    parser.add_argument(
        "runs",
        nargs="*",
        metavar="RUN",
        help="a file, a glob, a folder, a run number, a commit or latest:BRANCH; without any, all saved runs",
    )
    parser.add_argument("-o", "--output", type=Path, default=Path("report.html"), help="the page to write")
    parser.add_argument(
        "--figures", type=Path, metavar="FOLDER", help="write every figure as PNG and SVG, too"
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the tidy table as CSV")
    parser.add_argument("--parquet", type=Path, metavar="FILE", help="write the tidy table as Parquet")
    parser.add_argument("--storage", type=Path, default=STORAGE, help="where runs are saved (%(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Write what was asked for, and name each file."""
    sides = arguments.runs or [str(arguments.storage)]
    content = gather(select_runs(",".join(sides), arguments.storage))
    for path in _written(content, arguments):
        print(f"{path}  {units.file_size(path.stat().st_size)}")  # noqa: T201
    return 0


def _written(content: Content, arguments: argparse.Namespace) -> list[Path]:
    from asr_harness.report.images import write_images
    from asr_harness.report.page import render
    from asr_harness.report.tables import write_csv, write_parquet

    try:
        arguments.output.write_text(render(content), "utf-8")
        written = [arguments.output]
        for write, path in ((write_csv, arguments.csv), (write_parquet, arguments.parquet)):
            if path is not None:
                write(content.table, path)
                written.append(path)
        return written + (write_images(content.figures, arguments.figures) if arguments.figures else [])
    except OSError as error:
        raise RecordError(f"cannot write {error.filename}: {error.strerror}") from error
