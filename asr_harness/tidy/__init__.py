"""One tidy table from any set of saved runs: a row per run and case, its columns in `COLUMNS`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness.tidy.columns import COLUMNS
from asr_harness.tidy.naming import digest, machine_name
from asr_harness.tidy.rows import row, run_columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from asr_harness.saved import SavedRun

__all__ = ["COLUMNS", "digest", "machine_name", "table"]


def table(runs: Iterable[SavedRun]) -> pd.DataFrame:
    """Put every case of every run into a row; what was not measured is missing, never 0.

    Runs are taken one by one, so that an iterator of thousands needs no more memory than its rows.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for run in runs:
        shared = run_columns(run)
        rows.extend(shared | row(record, run.block) for record in run.records.values())
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    numbers = [name for name, column in COLUMNS.items() if column.kind == "number"]
    return frame.assign(**{name: pd.to_numeric(frame[name]) for name in numbers})
