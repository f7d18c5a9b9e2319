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
) -> alt.LayerChart:
    """Draw `rows`; `cells` are those of the whole report, for colours, and `ends` the interval's columns."""
    import altair as alt

    numbers = (x.column, y.column, *(ends or ()))
    along = alt.X(f"{x.column}:Q", **x.options(rows[x.column]))
    base = alt.Chart().encode(
        x=along,
        y=alt.Y(f"{y.column}:Q", **y.options()),
        color=drawing.model_colour(cells),
        tooltip=drawing.tips(TEXTS, **dict.fromkeys(numbers, ".3~g")),
    )
    layers = [base.mark_line(strokeWidth=1.5, opacity=0.7)] if lines else []
    if ends:
        bars = base.transform_filter(f"isValid(datum.{ends[0]})").mark_rule(strokeWidth=1.5, opacity=0.8)
        layers.append(bars.encode(y=alt.Y(f"{ends[0]}:Q", **y.options()), y2=alt.Y2(f"{ends[1]}:Q")))
    done = base.transform_filter(f"isValid(datum.{y.column})").mark_point(size=45, filled=True, opacity=1)
    layers += [done.encode(shape=drawing.model_shape(cells)), *_absent(cells, rows, along)]
    ordered = rows.sort_values(["model", x.column], kind="stable")
    chart = alt.layer(*layers, data=drawing.inline(ordered, (*TEXTS, *numbers)))
    return drawing.controlled(chart, cells, controls)


def _absent(cells: pd.DataFrame, rows: pd.DataFrame, x: alt.X) -> list[alt.Chart]:
    """Mark cells that did not run by a word at the top of the plot, a line of it for each model."""
    import altair as alt

    lost = set(rows[rows["outcome"] != "measured"]["model"])
    words = (
        alt.Chart()
        .transform_filter("datum.outcome != 'measured'")
        .transform_calculate(word=f"({SHORT})[datum.outcome]")
        .mark_text(fontSize=9, baseline="top")
        .encode(x=x, text="word:N", color=drawing.model_colour(cells), tooltip=drawing.tips(TEXTS))
    )
    return [
        words.transform_filter(alt.datum.model == model).encode(y=alt.value(place * MARK_HEIGHT))
        for place, model in enumerate(drawing.models(cells))
        if model in lost
    ]
