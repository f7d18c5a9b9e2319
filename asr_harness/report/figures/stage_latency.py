"""Latency by stage: figure 8 of the study."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.figures.axes import intervals
from asr_harness.report.figures.base import Figure, FigureData, FigureKind, Missing, Panel
from asr_harness.report.figures.devices import by_device
from asr_harness.report.figures.drawing import defaults
from asr_harness.report.figures.stacked import stacked
from asr_harness.schema import STAGES

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd


def draw(data: FigureData) -> Figure:
    """Draw seconds, and parts of the whole."""
    cases = data.cases

    def in_seconds(rows: pd.DataFrame) -> alt.LayerChart:
        ends = {STAGES[-1]: (rows["latency_low_s"], rows["latency_high_s"])}
        return stacked(cases, rows, "{}_s", "latency per utterance (s)", ends)

    def in_shares(rows: pd.DataFrame) -> alt.LayerChart:
        first, _, last = STAGES
        ends = {
            first: (rows[f"{first}_share_low"], rows[f"{first}_share_high"]),
            last: (1 - rows[f"{last}_share_high"], 1 - rows[f"{last}_share_low"]),
        }
        return stacked(cases, rows, "{}_share", "part of the latency", ends, shares=True)

    seconds = by_device(cases, in_seconds, "encode_s")
    shares = by_device(cases, in_shares, "encode_share")
    names = {panel.title for panel in seconds if isinstance(panel.chart, Missing)}
    panels = [
        *seconds,
        *(Panel(f"{panel.title}, shares", panel.chart) for panel in shares if panel.title not in names),
    ]
    return Figure(
        FIGURE.key,
        "Latency by stage",
        f"Median seconds of an utterance at batch size {defaults(cases)['batch_size']}, unless "
        "another is chosen. A CTC head and its collapse are the decode. Lines: of the whole and of where a "
        f"stage ends, {intervals(cases)}.",
        tuple(panels),
        study="8",
        by_model=False,
    )


FIGURE = FigureKind("stage-latency", 80, draw)
