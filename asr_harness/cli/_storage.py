"""Where saved runs are: one option, of all commands that read or write them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from asr_harness.runs import STORAGE

if TYPE_CHECKING:
    import argparse


def add_storage(parser: argparse.ArgumentParser) -> None:
    """Offer the folder of saved runs, by our name and by pytest-benchmark's."""
    parser.add_argument(
        "--storage",
        "--benchmark-storage",
        type=Path,
        default=STORAGE,
        metavar="FOLDER",
        help="where runs are saved (default: %(default)s)",
    )
