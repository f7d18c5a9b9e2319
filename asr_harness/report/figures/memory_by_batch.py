"""Memory against batch size, up to where it ends: figure 7 of the study."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.figures.axis import Axis
from asr_harness.report.figures.base import Figure, FigureData, FigureKind
from asr_harness.report.figures.devices import by_device
from asr_harness.report.figures.trend import trend

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

GIBIBYTE = 2**30


def draw(data: FigureData) -> Figure:
    """Draw a panel for each device, with the frontier of what fits."""
    cases = data.cases
    named = {"memory_gib": "memory_bytes", "low_gib": "memory_low_bytes", "high_gib": "memory_high_bytes"}
    x, y = Axis("batch_size", "batch size", "counts"), Axis("memory_gib", "peak memory (GiB)")

    def plot(rows: pd.DataFrame) -> alt.LayerChart:
        rows = rows.assign(**{name: rows[column] / GIBIBYTE for name, column in named.items()})
        return trend(cases, rows, x, y, ends=("low_gib", "high_gib"), controls=("bucket", "variant"))

    kinds = "; ".join(dict.fromkeys(cases["memory_kind"].dropna())) or "unmeasured"
    return Figure(
        FIGURE.key,
        "Memory against batch size",
        f"Peak over a pass, the model included ({kinds}). Bars: 95 % between runs, where there are several. "
        "Words at the top mark what did not fit or run: the frontier is left of them.",
        by_device(cases, plot, "memory_bytes"),
        study="7",
    )


FIGURE = FigureKind("memory-by-batch", 70, draw)
