"""The table as CSV and Parquet, for people's own notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.errors import RecordError
from asr_harness.report import escaping

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write comma-separated values; what is missing is empty, and what looks like a formula is quoted."""
    texts = table.select_dtypes(exclude=["number", "bool", "datetimetz"]).columns
    safe = table.assign(**{name: table[name].map(_cell) for name in texts})
    safe.to_csv(path, index=False, errors="backslashreplace")


def _cell(value: object) -> object:
    return escaping.cell(escaping.terminal(value)) if isinstance(value, str) else value


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """Write Parquet. Raises RecordError without pyarrow, which datasets brings along."""
    try:
        table.to_parquet(path, index=False)
    except ImportError as error:
        raise RecordError("writing Parquet needs pyarrow: pip install pyarrow") from error
