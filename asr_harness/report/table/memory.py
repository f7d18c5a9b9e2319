"""Each peak of memory, and which of them stands for the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.table.column import Column, ColumnGroup, Row

if TYPE_CHECKING:
    from asr_harness.schema import CaseResult

COLUMNS = {
    "memory_kind": Column("text", "which peak `memory_bytes` is"),
    "peak_resident_bytes": Column("number", "resident peak of the process"),
    "peak_allocated_bytes": Column("number", "peak that PyTorch gave out on the GPU"),
    "peak_reserved_bytes": Column("number", "peak that PyTorch held on the GPU"),
}
KINDS = {
    "peak_allocated_bytes": "allocated on the GPU",
    "peak_reserved_bytes": "reserved on the GPU",
    "peak_resident_bytes": "resident in the process",
}
"""In the order in which the metric prefers them."""


def read(result: CaseResult) -> Row:
    """Give the peaks."""
    peaks: Row = {name: getattr(result.memory, name) for name in KINDS}
    return {**peaks, "memory_kind": next((KINDS[name] for name in KINDS if peaks[name] is not None), None)}


GROUP = ColumnGroup("Memory, in detail", COLUMNS, read)
