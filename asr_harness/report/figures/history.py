"""Every case across commits, relative to its first value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from asr_harness.metrics.base import geometric_mean
from asr_harness.report.figures import drawing
from asr_harness.report.figures.axis import Axis
from asr_harness.report.figures.base import NOTHING_RAN, Figure, FigureData, FigureKind, Missing, Panel
from asr_harness.report.figures.devices import name_of
from asr_harness.report.figures.drawing import FAINT
from asr_harness.report.figures.trend import bars, reach
from asr_harness.report.history import SLICE_IDENTITY
from asr_harness.stats import geometric_mean_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    import altair as alt
    import pandas as pd

    from asr_harness.report.history import CommitPoint

MAX_POINTS = 4000
MIN_POINTS = 2
LATENCY = ("latency_s", "latency_low_s", "latency_high_s")
RATIO = Axis("ratio", "latency over the first commit's (ratio)", "log")
ENDS = ("low", "high")
SHOWN = ("case", "model", "device", "bucket", "batch_size", "variant")


def draw(data: FigureData) -> Figure | None:
    """Draw a line per case where there is more than one commit or environment; a rule where it changed."""
    timeline, panels = data.timeline, []
    if len(timeline) < MIN_POINTS:
        return None
    history = data.table if data.history is None else data.history
    for device, rows in history.groupby("device", sort=False):
        done = rows[rows["outcome"] == "measured"]
        step = -(-done["case"].nunique() * len(timeline) // MAX_POINTS) or 1
        relative = _relative(done[done["case"].isin(done["case"].unique()[::step])], timeline)
        chart = _plot(data.cases, relative, timeline) if len(relative) else Missing(NOTHING_RAN)
        title = name_of(device) if step == 1 else f"{name_of(device)}, every {step}. case"
        panels.append(Panel(title, chart))
    return Figure(
        FIGURE.key,
        "Latency across commits",
        "A line for each case, corpus and slice: a commit's latency over its first commit's. Bars: 95 % "
        "between a commit's runs, of a single one the 5th to 95th percentile of its rounds. Dashed rules: "
        "the environment changed, so that steps there need not be the code's.",
        tuple(panels),
    )


def _pooled(runs: Sequence[tuple[float, ...]]) -> tuple[float | None, float, float]:
    """Give a commit's latency from its runs' `LATENCY`, with the interval that a pooled case has."""
    latency_s = [run[0] for run in runs]
    _, low_s, high_s = geometric_mean_interval(latency_s) if len(runs) > 1 else runs[0]
    return geometric_mean(latency_s), low_s, high_s


def _relative(rows: pd.DataFrame, timeline: Sequence[CommitPoint]) -> pd.DataFrame:
    import pandas as pd

    places = {point.place: i for i, point in enumerate(timeline)}
    keys = [*SHOWN, *SLICE_IDENTITY, "label", "environment"]
    # pandas takes ten times as long to cut out each of thousands of groups.
    groups: dict[tuple[object, ...], list[tuple[float, ...]]] = {}
    columns = (list(rows[name].astype(object).where(rows[name].notna(), None)) for name in keys)
    latencies_s = (list(rows[name]) for name in LATENCY)
    for key, run in zip(zip(*columns, strict=True), zip(*latencies_s, strict=True), strict=True):
        groups.setdefault(key, []).append(run)
    commits = pd.DataFrame(
        [(*key, *_pooled(runs)) for key, runs in groups.items()], columns=[*keys, "latency_s", *ENDS]
    )
    commits["place"] = [places[key] for key in zip(commits["label"], commits["environment"], strict=True)]
    commits = commits.sort_values("place", kind="stable")
    lines = commits.groupby(["case", *SLICE_IDENTITY], sort=False, dropna=False)
    first_s = lines["latency_s"].transform("first")
    relative = {name: commits[name] / first_s for name in ENDS}
    return commits.assign(line=lines.ngroup(), ratio=commits["latency_s"] / first_s, **relative)


def _plot(cases: pd.DataFrame, rows: pd.DataFrame, timeline: Sequence[CommitPoint]) -> alt.LayerChart:
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
        color=drawing.model_colour(cases),
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
    return drawing.controlled(alt.layer(*layers, data=data), cases, ("batch_size", "variant"))


FIGURE = FigureKind("history", 150, draw)
