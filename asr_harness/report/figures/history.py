"""Every case across commits, relative to its first value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from asr_harness.report.figures import drawing
from asr_harness.report.figures.axis import PLAIN
from asr_harness.report.figures.devices import name_of
from asr_harness.report.figures.drawing import NOTHING_RAN, Figure, Missing, Panel

if TYPE_CHECKING:
    from collections.abc import Sequence

    import altair as alt
    import pandas as pd

    from asr_harness.report.history import Point

MAX_POINTS = 4000
SHOWN = ("case", "model", "device", "bucket", "batch_size", "variant")


def history(cells: pd.DataFrame, table: pd.DataFrame, timeline: Sequence[Point]) -> Figure:
    """Draw a line per case; a rule stands where the environment changed."""
    panels: list[Panel] = []
    for device, rows in table.groupby("device", sort=False):
        done = rows[rows["outcome"] == "measured"]
        step = -(-done["case"].nunique() * len(timeline) // MAX_POINTS) or 1
        relative = _relative(done[done["case"].isin(done["case"].unique()[::step])], timeline)
        chart = _draw(cells, relative, timeline) if len(relative) else Missing(NOTHING_RAN)
        title = name_of(device) if step == 1 else f"{name_of(device)}, every {step}. case"
        panels.append(Panel(title, chart))
    return Figure(
        "history",
        "Latency across commits",
        "A line for each case: median over a commit's runs, over its first. Dashed rules: the environment "
        "changed, so that steps there need not be the code's.",
        tuple(panels),
    )


def _relative(rows: pd.DataFrame, timeline: Sequence[Point]) -> pd.DataFrame:
    places = {(point.label, point.environment): i for i, point in enumerate(timeline)}
    keys = [*SHOWN, "label", "environment"]
    found = rows.groupby(keys, sort=False)["latency_s"].median().reset_index()
    found["place"] = [places[key] for key in zip(found["label"], found["environment"], strict=True)]
    found = found.sort_values("place", kind="stable")
    return found.assign(ratio=found["latency_s"] / found.groupby("case")["latency_s"].transform("first"))


def _draw(cells: pd.DataFrame, rows: pd.DataFrame, timeline: Sequence[Point]) -> alt.LayerChart:
    import altair as alt

    n = len(timeline)
    names = json.dumps([point.label for point in timeline])
    x = alt.X(
        "place:Q",
        title="commit",
        scale=alt.Scale(domain=[-0.3, n - 0.7], nice=False),
        axis=alt.Axis(values=list(range(n)), labelExpr=f"{names}[datum.value]", grid=False),
    )
    y = alt.Y(
        "ratio:Q",
        title="latency over the first commit's (ratio)",
        scale=alt.Scale(type="log", nice=False, padding=12),
        axis=alt.Axis(format=PLAIN, tickCount=5),
    )
    base = alt.Chart().encode(
        x=x,
        y=y,
        color=drawing.model_colour(cells),
        detail="case:N",
        tooltip=drawing.tips((*SHOWN, "label"), ratio=".3f"),
    )
    layers = [base.mark_line(opacity=0.6, strokeWidth=1.2), base.mark_point(size=25, filled=True)]
    rule = alt.Chart().mark_rule(strokeDash=[4, 3], color="#8A8A8A")
    layers += [rule.encode(x=alt.datum(i - 0.5)) for i, point in enumerate(timeline) if point.changed]
    data = drawing.inline(rows, [*SHOWN, "label", "place", "ratio"])
    return drawing.controlled(alt.layer(*layers, data=data), cells, ("batch_size", "variant"))
