"""The judgement as a plot: for each row the change, its interval, and the limit that green has to exclude."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness import metrics
from asr_harness.counting import counted
from asr_harness.report import names, words
from asr_harness.report.figures.base import Figure, Panel

if TYPE_CHECKING:
    from collections.abc import Sequence

    import altair as alt

    from asr_harness.judge import Policy
    from asr_harness.report.rows import Row

KEY = "effects"
MOST_ROWS = 24
ROW_HEIGHT = 20
LOOKS = {
    "regression": ("#D55E00", "triangle-up"),
    "inconclusive": ("#8A7A00", "circle"),
    "improvement": ("#008C68", "triangle-down"),
    "unchanged": ("#6B7785", "square"),
}
"""A colour and a shape for each verdict that has a size; each is seen on white and on black."""
GREY = "#8A8A8A"


def effects_figure(rows: Sequence[Row], policy: Policy) -> Figure | None:
    """Draw the rows that have a size, a panel for each metric; None where none has."""
    sized = [row for row in rows if _is_drawn(row)]
    panels = []
    # Rows come worst first, and so do the panels of their metrics.
    for metric in map(metrics.by_key, dict.fromkeys(row.finding.metric for row in sized)):
        of_metric = sorted(
            (row for row in sized if row.finding.metric == metric.key),
            key=lambda row: not names.is_model(row.finding.case_id),
        )
        if any(row.is_shown or row.finding.effect for row in of_metric):
            kept = of_metric[:MOST_ROWS]
            more = "" if len(kept) == len(of_metric) else f", {len(kept)} of {counted(len(of_metric), 'row')}"
            shared = names.short_names(row.finding.case_id for row in kept).shared
            title = f"{metric.title}{more}" + (f" ({shared})" if shared else "")
            panels.append(Panel(title, _plot(kept, policy)))
    if not panels:
        return None
    return Figure(
        KEY,
        "Changes, with their intervals and limits",
        "Right of 0 is more time, errors, energy or memory. Point: the change; bar: its interval at the "
        "comparison's level; dashed: the harm that green has to exclude. ▲ regression, ● inconclusive, "
        "▼ improvement, ■ unchanged. Rows of whole models first.",
        tuple(panels),
        by_model=False,
    ).specified()


def _is_drawn(row: Row) -> bool:
    finding = row.finding
    has_size = finding.effect is not None and finding.verdict in LOOKS and not words.is_exact(finding)
    return has_size and finding.gated and finding.low is not None


def _plot(rows: Sequence[Row], policy: Policy) -> alt.LayerChart:
    import altair as alt

    metric = metrics.by_key(rows[0].finding.metric)
    known = names.short_names(row.finding.case_id for row in rows)
    unit = words.unit_of_change(metric.key)
    values = [_point(row, known.short[row.finding.case_id], policy) for row in rows]
    title = f"change ({'points' if unit == 'pt' else '%'})"
    order = [value["row"] for value in values]
    base = alt.Chart().encode(
        y=alt.Y("row:N", sort=order, title=None, axis=alt.Axis(labelLimit=190)),
        tooltip=[
            alt.Tooltip("row:N", title="row"),
            alt.Tooltip("verdict:N"),
            alt.Tooltip("values:N", title="base → candidate"),
            alt.Tooltip("said:N", title="change"),
        ],
    )
    along = alt.X("effect:Q", title=title)
    looks = list(LOOKS.values())
    colour = alt.Color(
        "verdict:N", legend=None, scale=alt.Scale(domain=list(LOOKS), range=[look for look, _ in looks])
    )
    shape = alt.Shape(
        "verdict:N", legend=None, scale=alt.Scale(domain=list(LOOKS), range=[mark for _, mark in looks])
    )
    data = alt.InlineData(values=values)
    zero = alt.Chart().mark_rule(color=GREY).encode(x=alt.datum(0))
    limit = base.mark_tick(color=GREY, thickness=2, size=ROW_HEIGHT - 4, strokeDash=[3, 2])
    bars = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", title=title), x2="high:Q", color=colour)
    points = base.mark_point(size=70, filled=True, opacity=1).encode(x=along, color=colour, shape=shape)
    layers = (zero, limit.encode(x=alt.X("limit:Q", title=title)), bars, points)
    made = alt.layer(*layers, data=data)
    return made.properties(width="container", height=max(60, ROW_HEIGHT * len(rows)))


def _point(row: Row, name: str, policy: Policy) -> dict[str, object]:
    finding = row.finding
    metric = metrics.by_key(finding.metric)
    sign = 1 if metric.lower_is_better else -1
    cases = [part.case_id for part in row.cases] or [finding.case_id]
    return {
        "row": name,
        "verdict": finding.verdict,
        "effect": _percent(finding.effect),
        "low": _percent(finding.low),
        "high": _percent(finding.high),
        "limit": _percent(sign * policy.limit_of(metric, *cases)),
        "values": words.values(finding),
        "said": words.sized(finding),
    }


def _percent(fraction: float | None) -> float | None:
    return None if fraction is None else float(f"{100 * fraction:.4g}")
