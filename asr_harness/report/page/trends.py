"""Steps and creeps of latency over commits, where there are commits enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report import trends
from asr_harness.report.page.markup import Html, badge, element, section, table
from asr_harness.stats.trend import MIN_TREND_POINTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.judge.trends import RowTrend

INTRODUCTION = (
    "Latency of each model over commits, a point for each: a step is a change of level, a creep one that no "
    "two commits show. Over the calibration kernel's time where that makes neighbours more alike; points of "
    "other environments are judged apart."
)


def is_shown(found: Sequence[RowTrend]) -> bool:
    """Whether any row has commits enough to be judged."""
    return any(len(trend.values) >= MIN_TREND_POINTS for trend in found)


def trends_section(found: Sequence[RowTrend]) -> Html:
    """Show a line for each step and creep, those that end worse in red."""
    rows = []
    for trend in found:
        for name, n_points, kind, change, where in trends.lines([trend]):
            colour = "bad" if trend.is_worse else "good" if change else "plain"
            rows.append((name, n_points, badge(kind, colour), change, where))
    return section(
        "trends",
        "Trends",
        element("p", element("b", trends.headline(found))),
        element("p", INTRODUCTION, class_="soft"),
        table(trends.HEADERS, rows),
    )
