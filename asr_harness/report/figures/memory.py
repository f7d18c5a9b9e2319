"""Memory against batch size, up to where it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.figures.axis import Axis
from asr_harness.report.figures.devices import by_device
from asr_harness.report.figures.drawing import Figure
from asr_harness.report.figures.trend import trend

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

GIBIBYTE = 2**30


def memory_by_batch(cells: pd.DataFrame) -> Figure:
    """Figure 7 of the study, with the frontier of what fits."""
    named = {"memory_gib": "memory_bytes", "low_gib": "memory_low_bytes", "high_gib": "memory_high_bytes"}
    x, y = Axis("batch_size", "batch size", "counts"), Axis("memory_gib", "peak memory (GiB)")

    def draw(rows: pd.DataFrame) -> alt.LayerChart:
        rows = rows.assign(**{name: rows[column] / GIBIBYTE for name, column in named.items()})
        return trend(cells, rows, x, y, ends=("low_gib", "high_gib"), controls=("bucket", "variant"))

    kinds = "; ".join(dict.fromkeys(cells["memory_kind"].dropna())) or "unmeasured"
    return Figure(
        "memory-by-batch",
        "Memory against batch size",
        f"Peak over a pass, the model included ({kinds}). Bars: 95 % between runs, where there are several. "
        "Words at the top mark what did not fit or run: the frontier is left of them.",
        by_device(cells, draw, "memory_bytes"),
        study="7",
    )
