"""What a service waits for when a process begins: loading, the first batch, compiling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.metrics import by_key, units
from asr_harness.report.page.markup import Html, element, section, table
from asr_harness.report.pooled import measured

if TYPE_CHECKING:
    from typing import Any

    import pandas as pd

TIMES = ("load", "first", "compile")
WORDS = (
    "The first system that a process loads starts cold: its load, with the import of what it needs beyond "
    "torch, and its first batch, beside the same batch in the rounds. The unit is the process: one run is "
    "one value. Files may come from the system's cache. Compiling is torch's compiler before the rounds."
)


def has_starts(cases: pd.DataFrame) -> bool:
    """Whether any case started cold, or compiled anything."""
    return bool(len(_rows(cases)))


def starts_section(cases: pd.DataFrame) -> Html:
    """Show each case that started cold, or compiled: the median of its runs."""
    headers = ("case", "runs", "load", "first batch", "in rounds", "times", "compile", "recompiled")
    rows = [_cells(row) for row in _rows(cases).to_dict("records")]
    return section("starts", "Cold start", element("p", WORDS), table(headers, rows, numbers=1))


def _rows(cases: pd.DataFrame) -> pd.DataFrame:
    columns = [by_key(key).column for key in TIMES]
    done = measured(cases)
    recompiled = done[by_key("recompilations").column] > 0
    return done[done[columns].notna().any(axis=1) | recompiled]


def _cells(row: dict[Any, Any]) -> tuple[str, ...]:
    load, first, compiling = (_written(row[by_key(key).column]) for key in TIMES)
    times = row["first_s"] / row["first_batch_s"] if row["first_batch_s"] else float("nan")
    recompiled = row[by_key("recompilations").column]
    return (
        row["case"],
        str(row["n_runs"]),
        load,
        first,
        _written(row["first_batch_s"]),
        units.UNMEASURED if times != times else f"{times:.1f}",  # noqa: PLR0124
        compiling,
        units.UNMEASURED if recompiled != recompiled else f"{recompiled:.0f}",  # noqa: PLR0124
    )


def _written(value_s: float) -> str:
    return units.seconds(None if value_s != value_s else value_s)  # noqa: PLR0124
