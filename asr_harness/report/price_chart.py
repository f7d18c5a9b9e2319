"""The prices as a picture: what each variant changes, with its interval, a panel for each metric."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from asr_harness.metrics import by_key
from asr_harness.report.figures.base import Figure, Panel
from asr_harness.report.figures.drawing import COLOURS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import altair as alt

    from asr_harness.judge.price import Price
    from asr_harness.judge.price_changes import Change

METRICS = ("latency", "wer", "memory", "energy", "flops")
ROW_HEIGHT, MIN_HEIGHT = 26, 80
MOST_DRAWN = 2.0
"""Nothing is drawn beyond 200 % or 200 points: ends of few sessions would leave no room for the others."""
SHOWN, NOT_SHOWN = COLOURS[0], COLOURS[6]


def draw_prices(prices: Sequence[Price], alpha: float) -> Figure:
    """Draw the change of each metric against the baseline: points, and bars for their intervals."""
    panels: list[Panel] = []
    missing: list[str] = []
    for (model, device), group in groupby(prices, key=lambda price: (price.model, price.device)):
        _, *priced = group
        drawn = [key for key in METRICS if any(_has(price, key) for price in priced)]
        panels += [Panel(f"{model} on {device}: {by_key(key).title}", _chart(key, priced)) for key in drawn]
        missing += [f"{by_key(key).title} of {model} on {device}" for key in METRICS if key not in drawn]
    return Figure(
        "prices",
        "The price of each variant, against the baseline",
        f"Left of the line is cheaper, or better. Bars: intervals that hold together at {1 - alpha:.0%}. "
        "Blue: the change is shown; grey: it is not. What lies beyond 200 % or 200 points is drawn there. "
        "Without a bar: counted, or too few sessions."
        + (f" Not measured: {', '.join(missing)}." if missing else ""),
        tuple(panels),
        by_model=False,
    )


def _has(price: Price, key: str) -> bool:
    change = price.changes.get(key)
    return change is not None and change.effect is not None


def _chart(key: str, priced: Sequence[Price]) -> alt.LayerChart:
    import altair as alt

    rows = [_row(price, price.changes[key]) for price in priced if _has(price, key)]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("variant:N", title=None, sort=[price.variant for price in priced]),
        color=alt.Color(
            "is_shown:N", legend=None, scale=alt.Scale(domain=[True, False], range=[SHOWN, NOT_SHOWN])
        ),
    )
    axis: dict[str, Any] = {"title": _axis_title(key), "scale": alt.Scale(nice=False, padding=16)}
    zero = alt.Chart(alt.InlineData(values=[{"zero": 0}])).mark_rule(strokeDash=[3, 3]).encode(x="zero:Q")
    bars = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", **axis), x2="high:Q")
    points = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=alt.X("effect:Q", **axis),
        tooltip=[
            alt.Tooltip("variant:N"),
            *(alt.Tooltip(f"{name}:Q", format=".3g") for name in ("effect", "low", "high")),
        ],
    )
    return (zero + bars + points).properties(height=max(MIN_HEIGHT, ROW_HEIGHT * len(rows)))


def _row(price: Price, change: Change) -> dict[str, Any]:
    ends = {
        name: None if value is None else 100 * max(-MOST_DRAWN, min(value, MOST_DRAWN))
        for name, value in (("effect", change.effect), ("low", change.low), ("high", change.high))
    }
    return {"variant": price.variant, "is_shown": bool(change.is_shown), **ends}


def _axis_title(key: str) -> str:
    return "difference in points" if key == "wer" else "change in %"
