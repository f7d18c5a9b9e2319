"""Latency against FLOPs: figure 6 of the study."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.figures.axes import LATENCY, LATENCY_ENDS
from asr_harness.report.figures.axis import Axis
from asr_harness.report.figures.base import Figure, FigureData, FigureKind
from asr_harness.report.figures.devices import by_device
from asr_harness.report.figures.trend import trend
from asr_harness.report.pooled import measured

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

WORK = Axis("flops", "work per utterance (FLOP)", "log", number="~s")


def draw(data: FigureData) -> Figure:
    """Draw a point for each bucket, joined by model."""
    cases = data.cases

    def plot(rows: pd.DataFrame) -> alt.LayerChart:
        return trend(cases, measured(rows), WORK, LATENCY, ends=LATENCY_ENDS)

    return Figure(
        FIGURE.key,
        "Latency against FLOPs",
        "A point for each bucket, joined by model. FLOPs are of the passes that ran, padding included.",
        by_device(cases, plot, "latency_s", needs=("flops",)),
        study="6",
    )


FIGURE = FigureKind("latency-by-flops", 60, draw)
