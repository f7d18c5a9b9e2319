"""Rows as a pandas frame whose columns have the types that they are said to have."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from asr_harness.report.table.column import Column, Row

TIME = "datetime64[ns, UTC]"


def frame(rows: Iterable[Row], columns: Mapping[str, Column]) -> pd.DataFrame:
    """Make the frame; a time that nanoseconds cannot hold is missing."""
    import pandas as pd

    made = pd.DataFrame(list(rows), columns=list(columns))
    numbers = [name for name, column in columns.items() if column.kind == "number"]
    times = [name for name, column in columns.items() if column.kind == "time"]
    typed = {name: pd.to_numeric(made[name]) for name in numbers}
    typed |= {
        name: pd.to_datetime(made[name], utc=True, errors="coerce").astype(TIME)  # type: ignore[call-overload]
        for name in times
    }
    return made.assign(**typed)
