"""Tables from any set of saved runs: a row per run and case, per utterance, or per round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.table import rounds as of_rounds
from asr_harness.report.table import utterances as of_utterances
from asr_harness.report.table.cases import case_row, run_row
from asr_harness.report.table.columns import as_markdown, columns, read_result
from asr_harness.report.table.frame import frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from asr_harness.report.table.column import Row
    from asr_harness.schema import RunFile

__all__ = ["as_markdown", "columns", "rounds", "table", "utterances"]


def table(runs: Iterable[RunFile]) -> pd.DataFrame:
    """Put every case of every run into a row; what was not measured is missing, never 0.

    Rows are in the order of the runs and their records, and numbered from 0. Runs are taken one by one, so
    that an iterator of thousands needs no more memory than its rows.
    """
    return frame((row for run in runs for part in run.by_machine() for row in _rows(part)), columns())


def utterances(runs: Iterable[RunFile]) -> pd.DataFrame:
    """Put every utterance of every measured case into a row: what was heard, and its errors."""
    return frame((row for run in runs for row in of_utterances.rows(run)), of_utterances.COLUMNS)


def rounds(runs: Iterable[RunFile]) -> pd.DataFrame:
    """Put every round of every measured case into a row: its times, and the calibration kernel's."""
    return frame((row for run in runs for row in of_rounds.rows(run)), of_rounds.COLUMNS)


def _rows(run: RunFile) -> Iterator[Row]:
    shared = run_row(run)
    for record in run.records.values():
        row = shared | case_row(record, run.block)
        yield row if record.result is None else row | read_result(record.result)
