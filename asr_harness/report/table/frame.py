"""Rows as a pandas frame whose columns have the types that they are said to have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from asr_harness.report.table.column import Column, Row

TIME: Literal["datetime64[ns, UTC]"] = "datetime64[ns, UTC]"
YEARS = range(1678, 2262)
"""Whole ones that a count of nanoseconds in 64 bits can hold."""


def frame(rows: Iterable[Row], columns: Mapping[str, Column]) -> pd.DataFrame:
    """Make the frame; a time that nanoseconds cannot hold is missing."""
    import pandas as pd

    made = pd.DataFrame(list(rows), columns=list(columns))
    numbers = [name for name, column in columns.items() if column.kind == "number"]
    times = [name for name, column in columns.items() if column.kind == "time"]
    typed = {name: pd.to_numeric(made[name]) for name in numbers}
    typed |= {name: pd.to_datetime(made[name].map(_held), utc=True).astype(TIME) for name in times}
    return made.assign(**typed)


def _held(time: datetime | None) -> datetime | None:
    return time if isinstance(time, datetime) and time.year in YEARS else None


def in_utc(time: datetime) -> datetime:
    """Give a time as the frame has it: what names no zone is UTC."""
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
