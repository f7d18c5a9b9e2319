"""What each stage takes, stacked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.cells import measured
from asr_harness.report.figures import drawing
from asr_harness.report.figures.axis import PLAIN
from asr_harness.report.figures.devices import by_device
from asr_harness.report.figures.drawing import STAGE_COLOURS, Figure, Panel
from asr_harness.types import STAGES

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

KEYS = ("model", "device", "bucket", "batch_size", "variant")
BAR_STEP = 26


def stage_latency(cells: pd.DataFrame) -> Figure:
    """Figure 8 of the study, in seconds and in parts of the whole."""
    seconds = by_device(
        cells, lambda rows: stacked(cells, rows, "{}_s", "latency per utterance (s)"), "encode_s"
    )
    shares = by_device(
        cells,
        lambda rows: stacked(cells, rows, "{}_share", "part of the latency", shares=True),
        "encode_share",
    )
    names = {panel.title for panel in seconds if isinstance(panel.chart, drawing.Missing)}
    panels = [
        *seconds,
        *(Panel(f"{panel.title}, shares", panel.chart) for panel in shares if panel.title not in names),
    ]
    return Figure(
        "stage-latency",
        "Latency by stage",
        f"Median seconds of an utterance at batch size {drawing.defaults(cells)['batch_size']}, unless "
        "another is chosen. A CTC head and its collapse are the decode.",
        tuple(panels),
        study="8",
        by_model=False,
    )


def stacked(
    cells: pd.DataFrame, rows: pd.DataFrame, pattern: str, title: str, *, shares: bool = False
) -> alt.LayerChart:
    """Draw a bar for each model of the chosen bucket; a model that did not run has a word in its place."""
    import altair as alt

    long = _long(rows, [pattern.format(stage) for stage in STAGES])
    base = alt.Chart().encode(
        y=alt.Y("model:N", title=None, sort=drawing.models(cells), axis=alt.Axis(labelLimit=140)),
        tooltip=drawing.tips((*KEYS, "outcome", "stage"), value=".1%" if shares else ".3~g"),
    )
    scale = {"scale": alt.Scale(domain=[0, 1])} if shares else {}
    axis = alt.Axis(format="%" if shares else PLAIN, tickCount=5)
    bars = base.mark_bar().encode(
        x=alt.X("value:Q", title=title, stack="zero", axis=axis, **scale),
        color=_stage_colour(),
        order="order:Q",
    )
    layers = [bars]
    if len(measured(rows)) < len(rows):
        absent = base.transform_filter("datum.outcome != 'measured' && datum.order == 0")
        words = absent.mark_text(align="left", fontSize=9, dx=4, color="#8A8A8A")
        layers.append(words.encode(x=alt.value(0), text="outcome:N"))
    chart = alt.layer(*layers, data=drawing.inline(long, list(long.columns)))
    made = drawing.controlled(chart, cells, drawing.CONTROLS)
    return made.properties(height=BAR_STEP * len(drawing.models(cells)))


def _long(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Give each stage of each cell a row of its own."""
    long = rows.melt([*KEYS, "outcome"], names, "stage", "value")
    place = long["stage"].map({name: i for i, name in enumerate(names)})
    return long.assign(order=place, stage=place.map(dict(enumerate(STAGES))))


def _stage_colour() -> alt.Color:
    import altair as alt

    scale = alt.Scale(domain=list(STAGES), range=list(STAGE_COLOURS.values()))
    return alt.Color("stage:N", title=None, scale=scale, legend=alt.Legend(orient="bottom"))
