"""Memory against batch size, up to where it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.figures.axis import Axis
from asr_harness.report.figures.devices import by_device
from asr_harness.report.figures.drawing import Figure
from asr_harness.report.figures.trend import trend

if TYPE_CHECKING:
    import pandas as pd

GIBIBYTE = 2**30


def memory_by_batch(cells: pd.DataFrame) -> Figure:
    """Figure 7 of the study, with the frontier of what fits."""
    cells = cells.assign(memory_gib=cells["memory_bytes"] / GIBIBYTE)
    x, y = Axis("batch_size", "batch size", "log2"), Axis("memory_gib", "peak memory (GiB)")
    kinds = "; ".join(dict.fromkeys(cells["memory_kind"].dropna())) or "unmeasured"
    return Figure(
        "memory-by-batch",
        "Memory against batch size",
        f"Peak over a pass, the model included ({kinds}). Words at the top mark what did not fit or run: the "
        "frontier is left of them.",
        by_device(cells, lambda rows: trend(cells, rows, x, y, controls=("bucket", "variant")), "memory_gib"),
        study="7",
    )
