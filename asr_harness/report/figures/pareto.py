"""The fronts of error rate against latency and against energy, over all batch sizes and variants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness.report.figures import drawing
from asr_harness.report.figures.axes import LATENCY, LATENCY_ENDS, WER, WER_ENDS
from asr_harness.report.figures.axis import Axis
from asr_harness.report.figures.base import Figure, FigureData, FigureKind, Panel
from asr_harness.report.figures.devices import absent, name_of
from asr_harness.report.figures.drawing import FAINT
from asr_harness.report.figures.trend import bars, reach
from asr_harness.report.pooled import CONDITIONS, measured

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

COSTS = (
    LATENCY,
    Axis("energy_per_utterance_j", "energy per utterance (J)", "log"),
)
JOULES = ("low", "high")
ENDS = {"latency_s": LATENCY_ENDS, "energy_per_utterance_j": JOULES}
SHOWN = ("model", "device", "bucket", "batch_size", "variant")


def draw(data: FigureData) -> Figure:
    """Show which cases no other beats in both."""
    cases, panels = data.cases, []
    for device, rows in cases.groupby("device", sort=False):
        for cost in COSTS:
            word = cost.title.split()[0]
            missing = absent(rows, ("wer", cost.column))
            panels.append(Panel(f"{name_of(device)}, {word}", missing or _front(cases, measured(rows), cost)))
    return Figure(
        FIGURE.key,
        "Pareto fronts: WER against latency and energy",
        "Every batch size and variant of a bucket. Filled and joined: no other of its machine and corpus is "
        "both cheaper and better. Bars: as in the figures above.",
        tuple(panels),
    )


def on_front(points: list[tuple[float, float]]) -> list[bool]:
    """Tell of each (cost, error) whether no other point is as good in both and better in one."""
    best = float("inf")
    kept: set[int] = set()
    for i in sorted(range(len(points)), key=lambda i: points[i]):
        if points[i][1] < best:
            best = points[i][1]
            kept.add(i)
    front = {points[i] for i in kept}
    return [point in front for point in points]


def _front(cases: pd.DataFrame, rows: pd.DataFrame, cost: Axis) -> alt.LayerChart:
    import altair as alt

    rows = _flagged(rows.dropna(subset=[cost.column, "wer"]), cost.column)
    rows = rows.assign(**{name: rows[f"energy_{name}_j"] * rows["audio_s"] for name in JOULES})
    along, up = cost.options(reach(rows, cost, ENDS[cost.column])), WER.options(reach(rows, WER, WER_ENDS))
    base = alt.Chart().encode(
        x=alt.X(f"{cost.column}:Q", **along),
        y=alt.Y("wer:Q", **up),
        tooltip=drawing.tips(SHOWN, **{cost.column: ".3~g", "wer": ".2%"}),
    )
    front = base.transform_filter("datum.front").encode(detail="kind:N")
    step = front.mark_line(interpolate="step-after", strokeDash=[4, 3], color="#8A8A8A")
    points = base.mark_point(size=55).encode(
        color=drawing.model_colour(cases),
        shape=drawing.model_shape(cases),
        fillOpacity=alt.condition("datum.front", alt.value(1), alt.value(0)),
        fill=drawing.model_colour(cases).copy(),
    )
    coloured = base.encode(color=drawing.model_colour(cases))
    intervals = bars(coloured, "x", along, ENDS[cost.column], FAINT), bars(coloured, "y", up, WER_ENDS, FAINT)
    shown = [*SHOWN, cost.column, *ENDS[cost.column], "wer", *WER_ENDS, "front", "kind"]
    chart = alt.layer(step, *intervals, points, data=drawing.inline(rows, shown))
    return drawing.controlled(chart, cases, ("bucket",))


def _flagged(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Mark the cases on the front of their bucket, each front among like cases."""
    flags: dict[Any, bool] = {}
    kinds = rows.groupby(["bucket", *CONDITIONS], sort=False, dropna=False)
    for _, group in kinds:
        points = list(zip(group[column], group["wer"], strict=True))
        flags |= dict(zip(group.index, on_front(points), strict=True))
    return rows.assign(front=[flags[i] for i in rows.index], kind=kinds.ngroup())


FIGURE = FigureKind("pareto", 90, draw)
