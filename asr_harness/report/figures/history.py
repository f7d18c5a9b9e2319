"""Every case across commits, relative to its first value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from asr_harness.report.figures import drawing
from asr_harness.report.figures.axis import Axis
from asr_harness.report.figures.devices import name_of
from asr_harness.report.figures.drawing import FAINT, NOTHING_RAN, Figure, Missing, Panel
from asr_harness.report.figures.trend import bars, reach
from asr_harness.report.history import KIND
from asr_harness.stats import geometric_mean_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    import altair as alt
    import pandas as pd

    from asr_harness.report.history import Point

MAX_POINTS = 4000
LATENCY = ("latency_s", "latency_low_s", "latency_high_s")
RATIO = Axis("ratio", "latency over the first commit's (ratio)", "log")
ENDS = ("low", "high")
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
        "A line for each case, corpus and slice: a commit's latency over its first commit's. Bars: 95 % "
        "between a commit's runs, of a single one the 5th to 95th percentile of its rounds. Dashed rules: "
        "the environment changed, so that steps there need not be the code's.",
        tuple(panels),
    )


def interval(latency_s: list[float], low_s: list[float], high_s: list[float]) -> tuple[float, float, float]:
    """Give a commit's latency from its runs, and the interval that cells have, too."""
    return geometric_mean_interval(latency_s) if len(latency_s) > 1 else (latency_s[0], low_s[0], high_s[0])


def _relative(rows: pd.DataFrame, timeline: Sequence[Point]) -> pd.DataFrame:
    import pandas as pd

    places = {(point.label, point.environment): i for i, point in enumerate(timeline)}
    keys = [*SHOWN, *KIND, "label", "environment"]
    found = pd.DataFrame(
        [
            (*key, *interval(*(list(group[name]) for name in LATENCY)))
            for key, group in rows.groupby(keys, sort=False, dropna=False)
        ],
        columns=[*keys, "latency_s", *ENDS],
    )
    found["place"] = [places[key] for key in zip(found["label"], found["environment"], strict=True)]
    found = found.sort_values("place", kind="stable")
    lines = found.groupby(["case", *KIND], sort=False, dropna=False)
    first_s = lines["latency_s"].transform("first")
    relative = {name: found[name] / first_s for name in ENDS}
    return found.assign(line=lines.ngroup(), ratio=found["latency_s"] / first_s, **relative)


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
    up = RATIO.options(reach(rows, RATIO, ENDS))
    base = alt.Chart().encode(
        x=x,
        y=alt.Y("ratio:Q", **up),
        color=drawing.model_colour(cells),
        detail="line:N",
        tooltip=drawing.tips((*SHOWN, "label"), ratio=".3f"),
    )
    layers = [
        base.mark_line(opacity=0.6, strokeWidth=1.2),
        bars(base, "y", up, ENDS, FAINT),
        base.mark_point(size=25, filled=True),
    ]
    rule = alt.Chart().mark_rule(strokeDash=[4, 3], color="#8A8A8A")
    layers += [rule.encode(x=alt.datum(i - 0.5)) for i, point in enumerate(timeline) if point.changed]
    data = drawing.inline(rows, [*SHOWN, "label", "place", "line", "ratio", *ENDS])
    return drawing.controlled(alt.layer(*layers, data=data), cells, ("batch_size", "variant"))
