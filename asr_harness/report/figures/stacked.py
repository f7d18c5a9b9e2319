"""A bar for each model, its stages stacked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.figures import drawing
from asr_harness.report.figures.axis import PLAIN
from asr_harness.report.figures.drawing import STAGE_COLOURS
from asr_harness.report.pooled import measured
from asr_harness.schema import STAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import altair as alt
    import pandas as pd

    from asr_harness.schema import StageName

    Ends = Mapping[StageName, tuple[pd.Series, pd.Series]]

KEYS = ("model", "device", "bucket", "batch_size", "variant")
BAR_STEP = 26


def stacked(
    cases: pd.DataFrame,
    rows: pd.DataFrame,
    pattern: str,
    title: str,
    ends: Ends,
    *,
    shares: bool = False,
) -> alt.LayerChart:
    """Draw a bar for each model of the chosen bucket; a model that did not run has a word in its place.

    `ends` are the lines to draw across a bar, of each row: from where to where on the axis.
    """
    import altair as alt

    long = _long(rows, pattern, ends)
    base = alt.Chart().encode(
        y=alt.Y("model:N", title=None, sort=drawing.models(cases), axis=alt.Axis(labelLimit=140)),
        tooltip=drawing.tips((*KEYS, "outcome", "stage"), value=".1%" if shares else ".3~g"),
    )
    scale = {"scale": alt.Scale(domain=[0, 1])} if shares else {}
    axis = alt.Axis(format="%" if shares else PLAIN, tickCount=5)
    bars = base.mark_bar(stroke="white", strokeWidth=0.6).encode(
        x=alt.X("value:Q", title=title, stack="zero", axis=axis, **scale),
        color=_stage_colour(),
        order="order:Q",
    )
    lines = base.transform_filter("isValid(datum.low)").mark_rule(
        strokeWidth=1.5, clip=True, **({"color": "black"} if shares else {})
    )
    layers = [bars, lines.encode(x=alt.X("low:Q", **scale), x2="high:Q")]
    if len(measured(rows)) < len(rows):
        absent = base.transform_filter("datum.outcome != 'measured' && datum.order == 0")
        words = absent.mark_text(align="left", fontSize=9, dx=4, color="#8A8A8A")
        layers.append(words.encode(x=alt.value(0), text="outcome:N"))
    chart = alt.layer(*layers, data=drawing.inline(long, list(long.columns)))
    made = drawing.controlled(chart, cases, drawing.CONTROLS)
    return made.properties(height=BAR_STEP * len(drawing.models(cases)))


def _long(rows: pd.DataFrame, pattern: str, ends: Ends) -> pd.DataFrame:
    """Give each stage of each case a row of its own."""
    import pandas as pd

    parts = []
    for order, stage in enumerate(STAGES):
        low, high = ends.get(stage, (float("nan"), float("nan")))
        values = {"value": rows[pattern.format(stage)], "low": low, "high": high}
        parts.append(rows[[*KEYS, "outcome"]].assign(stage=stage, order=order, **values))
    return pd.concat(parts)


def _stage_colour() -> alt.Color:
    import altair as alt

    scale = alt.Scale(domain=list(STAGES), range=list(STAGE_COLOURS.values()))
    return alt.Color("stage:N", title=None, scale=scale, legend=alt.Legend(orient="bottom"))
