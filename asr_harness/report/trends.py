"""Steps and creeps in words: a line for each row of a history, the commit or the range named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness import stats
from asr_harness.counting import counted
from asr_harness.stats.trend import MIN_TREND_POINTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.judge.trends import RowTrend
    from asr_harness.stats import Step

HEADERS = ("row", "commits", "trend", "change", "where")
Line = tuple[str, str, str, str, str]


def lines(trends: Sequence[RowTrend]) -> list[Line]:
    """Give a line for each step and creep, and one for each row that is steady or too short."""
    return [line for trend in trends for line in _lines(trend)]


def headline(trends: Sequence[RowTrend]) -> str:
    """Say in one line how many rows end worse than they were."""
    worse = sum(trend.is_worse for trend in trends)
    short = sum(len(trend.values) < MIN_TREND_POINTS for trend in trends)
    parts = [counted(len(trends), "row"), f"{worse} worse than before" if worse else "none worse than before"]
    return ", ".join([*parts, *([f"{short} with fewer than {MIN_TREND_POINTS} commits"] if short else [])])


def _lines(trend: RowTrend) -> list[Line]:
    name = trend.row + _before(trend)
    n_points = str(len(trend.values))
    drift = trend.drift
    if drift.trend is not None:
        slope = drift.trend.slope
        whole = stats.as_change(slope * (len(trend.values) - 1))
        change = f"{stats.as_change(slope):+.2%} a commit, {whole:+.1%} in all".replace("%", " %")
        where = f"{trend.labels[0]} to {trend.labels[-1]}, p {drift.trend.p:.1g}"
        return [(name, n_points, "creep", change, where)]
    if drift.steps:
        return [(name, n_points, "step", *_step(trend, step)) for step in drift.steps]
    few = len(trend.values) < MIN_TREND_POINTS
    return [(name, n_points, "too few" if few else "steady", "", "")]


def _before(trend: RowTrend) -> str:
    """Say in what a row differs from the newest of its name, and which of several older ones it is."""
    if trend.circumstances == 1:
        return ""
    which = f", {trend.circumstances - 1} before" if trend.circumstances > 2 else ""  # noqa: PLR2004
    return f" (other {' and '.join(trend.differs)}{which})"


def _step(trend: RowTrend, step: Step) -> tuple[str, str]:
    change = f"{stats.as_change(step.effect):+.1%}".replace("%", " %")
    first, last = trend.labels[step.first], trend.labels[step.last]
    spread = "" if first == last else f", at 95 % from {first} to {last}"
    return change, f"{trend.labels[step.place]}{spread}, p {step.p:.1g}"
