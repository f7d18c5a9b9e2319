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
ALLOCATED, RESIDENT = "allocated on the GPU", "resident in the process"


def read(result: CaseResult) -> Row:
    """Give the peaks."""
    memory = result.memory
    kind = ALLOCATED if memory.peak_allocated_bytes is not None else RESIDENT
    is_known = memory.peak_allocated_bytes is not None or memory.peak_resident_bytes is not None
    return {
        "memory_kind": kind if is_known else None,
        "peak_resident_bytes": memory.peak_resident_bytes,
        "peak_allocated_bytes": memory.peak_allocated_bytes,
        "peak_reserved_bytes": memory.peak_reserved_bytes,
    }


GROUP = ColumnGroup("Memory, in detail", COLUMNS, read)
