"""A metric along an axis, a line for each model: points with intervals, gaps where a case has no figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from asr_harness.report.figures import drawing
from asr_harness.report.figures.axis import MARK_HEIGHT, Axis
from asr_harness.report.pooled import CONDITIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import altair as alt
    import pandas as pd

SHORT = {
    "oom": "oom",
    "too_big": "too big",
    "unavailable": "n/a",
    "crashed": "crashed",
    "failed": "failed",
    "interrupted": "cut",
}
FAR = 5.0
Ends = tuple[str, str]
Channel = Literal["x", "y"]
TEXTS = ("model", "device", "bucket", "batch_size", "variant", "outcome")


def trend(
    cases: pd.DataFrame,
    rows: pd.DataFrame,
    x: Axis,
    y: Axis,
    *,
    ends: Ends | None = None,
    across: Ends | None = None,
    controls: Sequence[str] = ("batch_size", "variant"),
    lines: bool = True,
) -> alt.LayerChart:
    """Draw `rows`; `cases` are those of the whole report, for colours.

    `ends` are the columns of the interval of y, and `across` those of x.
    """
    import altair as alt

    lost = set(rows[rows["outcome"] != "measured"]["model"])
    along, up = x.options(reach(rows, x, across)), y.options(reach(rows, y, ends), len(lost))
    numbers = (x.column, y.column, *(ends or ()), *(across or ()))
    base = alt.Chart().encode(
        x=alt.X(f"{x.column}:Q", **along),
        y=alt.Y(f"{y.column}:Q", **up),
        color=drawing.model_colour(cases),
        tooltip=drawing.tips(TEXTS, **dict.fromkeys(numbers, ".3~g")),
    )
    layers = [base.mark_line(strokeWidth=1.5, opacity=0.7).encode(detail="stretch:N")] if lines else []
    layers += [bars(base, "y", up, ends)] if ends else []
    layers += [bars(base, "x", along, across)] if across else []
    done = base.transform_filter(f"isValid(datum.{y.column})").mark_point(size=45, filled=True, opacity=1)
    layers += [done.encode(shape=drawing.model_shape(cases)), *_absent(cases, lost, base.encoding.x)]
    ordered = stretches(rows, ("model", *controls), x.column)
    columns = (*TEXTS, *numbers, *(("stretch",) if lines else ()))
    chart = alt.layer(*layers, data=drawing.inline(ordered, columns))
    return drawing.controlled(chart, cases, controls)


def stretches(rows: pd.DataFrame, series: Sequence[str], x: str) -> pd.DataFrame:
    """Order rows along each series, and count the stretches of like cases, which a line does not leave."""
    ordered = rows.sort_values([*series, x], kind="stable")
    kinds = ordered.groupby(list(CONDITIONS), sort=False, dropna=False).ngroup()
    before = kinds.groupby([ordered[name] for name in series], sort=False).shift()
    return ordered.assign(stretch=(kinds != before).cumsum())


def reach(rows: pd.DataFrame, axis: Axis, ends: Ends | None) -> pd.Series:
    """Give the values that the axis is to hold; intervals count as far as they leave the points readable."""
    import pandas as pd

    points = rows[axis.column]
    near = [rows[name].clip(points.min() / FAR, points.max() * FAR) for name in ends or ()]
    held: pd.Series = pd.concat([points, *near])
    return held


def bars(
    base: alt.Chart, channel: Channel, options: dict[str, Any], ends: Ends, opacity: float = 0.8
) -> alt.Chart:
    """Draw intervals along x or y; one that leaves the plot is cut off at its edge."""
    import altair as alt

    low, high = ends
    domain = options["scale"].domain
    floor = None if domain is alt.Undefined else domain[0]
    known = base.transform_filter(f"isValid(datum.{low})").transform_calculate(
        from_=f"datum.{low}" if floor is None else f"max(datum.{low}, {floor})"
    )
    first = {"x": alt.X, "y": alt.Y}[channel]("from_:Q", **options)
    last = {"x": alt.X2, "y": alt.Y2}[channel](f"{high}:Q")
    rules = known.mark_rule(strokeWidth=1.5, opacity=opacity, clip=True)
    return rules.encode(**{channel: first, f"{channel}2": last})


def _absent(cases: pd.DataFrame, lost: set[str], x: alt.X) -> list[alt.Chart]:
    """Mark cases that did not run by a word at the top of the plot, a line of words for each such model."""
    import altair as alt

    words = (
        alt.Chart()
        .transform_filter("datum.outcome != 'measured'")
        .transform_calculate(word=f"({SHORT})[datum.outcome]")
        .mark_text(fontSize=9, baseline="top")
        .encode(x=x, text="word:N", color=drawing.model_colour(cases), tooltip=drawing.tips(TEXTS))
    )
    return [
        words.transform_filter(alt.datum.model == model).encode(y=alt.value(place * MARK_HEIGHT))
        for place, model in enumerate(model for model in drawing.models(cases) if model in lost)
    ]
