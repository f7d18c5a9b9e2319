"""The columns of the table, a row for each run and case: every metric's, and what explains them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.metrics import all_metrics
from asr_harness.report.table import cases, energy, memory, quality, speed, work
from asr_harness.report.table.column import Column, ColumnGroup, Row

if TYPE_CHECKING:
    from asr_harness.schema import CaseResult


DETAILS: tuple[ColumnGroup, ...] = (speed.GROUP, work.GROUP, memory.GROUP, energy.GROUP, quality.GROUP)
"""What explains the metrics."""


def metric_columns() -> dict[str, Column]:
    """Give a column for each metric that there is."""
    return {metric.column: Column("number", metric.meaning) for metric in all_metrics()}


def columns() -> dict[str, Column]:
    """Give the columns of the table in their order."""
    details = {name: column for group in DETAILS for name, column in group.columns.items()}
    return {**cases.RUN, **cases.CASE, **metric_columns(), **details}


def read_result(result: CaseResult) -> Row:
    """Give what a result has to say, by columns; what it leaves out was not measured."""
    row: Row = {metric.column: metric.read(result) for metric in all_metrics()}
    for group in DETAILS:
        row |= group.read(result)
    return row


def as_markdown() -> str:
    """List the columns as docs/report.md does."""
    groups = {"The run": cases.RUN, "The case": cases.CASE, "Metrics": metric_columns()}
    groups |= {group.title: dict(group.columns) for group in DETAILS}
    parts = []
    for title, listed in groups.items():
        lines = [f"| `{name}` | {column.meaning} |" for name, column in listed.items()]
        parts.append("\n".join([f"**{title}**", "", "| column | meaning |", "| --- | --- |", *lines]))
    return "\n\n".join(parts) + "\n"
