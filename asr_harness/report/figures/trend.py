"""A metric along an axis, a line for each model: points with intervals, gaps where a cell has no figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from asr_harness.report.figures import drawing

if TYPE_CHECKING:
    from collections.abc import Sequence

    import altair as alt
    import pandas as pd

MARK_HEIGHT = 10
PLAIN = ".12~g"
SCALES: dict[str, dict[str, object]] = {
    "linear": {"zero": True},
    "log": {"type": "log"},
    "log2": {"type": "log", "base": 2},
}
SHORT = {"oom": "oom", "too_big": "too big", "unavailable": "n/a", "failed": "failed", "interrupted": "cut"}
TEXTS = ("model", "device", "bucket", "batch_size", "variant", "outcome")


@dataclass(frozen=True, slots=True)
class Axis:
    """A column on an axis, with its unit in the title."""

    column: str
    title: str
    scale: Literal["linear", "log", "log2"] = "linear"
    percent: bool = False
    number: str = PLAIN

    def options(self, values: pd.Series | None = None) -> dict[str, object]:
        """Give scale and axis as Altair takes them; `values`, shown or not, give the domain."""
        import altair as alt

        settings: dict[str, object] = {**SCALES[self.scale]}
        known = None if values is None else values.dropna()
        if known is not None and len(known):
            margin = 1.12 if self.scale != "linear" else 1.04
            low = known.min() / margin if self.scale != "linear" else 0
            settings |= {"domain": [float(low), float(known.max()) * margin], "nice": False}
        number = "%" if self.percent else self.number
        return {
            "title": self.title,
            "scale": alt.Scale(**settings),
            "axis": alt.Axis(format=number, tickCount=6),
        }


def trend(
    cells: pd.DataFrame,
    rows: pd.DataFrame,
    x: Axis,
    y: Axis,
    *,
    ends: tuple[str, str] | None = None,
    controls: Sequence[str] = ("batch_size", "variant"),
    lines: bool = True,
    extra: Sequence[str] = (),
) -> alt.LayerChart:
    """Draw `rows`; `cells` are those of the whole report, for colours, and `ends` the interval's columns."""
    import altair as alt

    columns = [*TEXTS, x.column, y.column, *(ends or ()), *extra]
    colour, shape = drawing.model_colour(cells), drawing.model_shape(cells)
    along = x.options(rows[x.column])
    base = alt.Chart().encode(
        x=alt.X(f"{x.column}:Q", **along),
        y=alt.Y(f"{y.column}:Q", **y.options()),
        color=colour,
        tooltip=[*(alt.Tooltip(f"{name}:N") for name in TEXTS), *map(_tooltip, columns[len(TEXTS) :])],
    )
    layers: list[alt.Chart] = [base.mark_line(strokeWidth=1.5, opacity=0.7)] if lines else []
    if ends:
        low, high = ends
        layers.append(
            base.transform_filter(f"isValid(datum.{low})")
            .mark_rule(strokeWidth=1.5, opacity=0.8)
            .encode(y=alt.Y(f"{low}:Q", **y.options()), y2=alt.Y2(f"{high}:Q"))
        )
    done = base.transform_filter(f"isValid(datum.{y.column})")
    layers.append(done.mark_point(size=45, filled=True, opacity=1).encode(shape=shape))
    layers.extend(_absent(cells, rows, alt.X(f"{x.column}:Q", **along), colour))
    chart = alt.layer(*layers, data=drawing.inline(_ordered(rows, x), columns))
    return drawing.controlled(chart, cells, controls)


def _absent(cells: pd.DataFrame, rows: pd.DataFrame, x: alt.X, colour: alt.Color) -> list[alt.Chart]:
    """Mark cells that did not run by a word at the top of the plot, a line of it for each model."""
    import altair as alt

    if (rows["outcome"] == "measured").all():
        return []
    chart = alt.Chart().transform_filter("datum.outcome != 'measured'")
    names = drawing.models(cells)
    marks = []
    for place, model in enumerate(names):
        if not len(rows[(rows["model"] == model) & (rows["outcome"] != "measured")]):
            continue
        marks.append(
            chart.transform_filter(alt.datum.model == model)
            .transform_calculate(word=f"({SHORT})[datum.outcome]")
            .mark_text(fontSize=9, baseline="top")
            .encode(
                x=x,
                y=alt.value(place * MARK_HEIGHT),
                text="word:N",
                color=colour,
                tooltip=[alt.Tooltip(f"{name}:N") for name in TEXTS],
            )
        )
    return marks


def _ordered(rows: pd.DataFrame, x: Axis) -> pd.DataFrame:
    return rows.sort_values(["model", x.column], kind="stable")


def _tooltip(name: str) -> alt.Tooltip:
    import altair as alt

    return alt.Tooltip(f"{name}:Q", format=".3~g")
