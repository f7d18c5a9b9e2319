"""What a figure is: a kind with a key and a rank, and what it draws from a report's cases."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import altair as alt
    import pandas as pd

    from asr_harness.judge.price import Price
    from asr_harness.report.history import CommitPoint

NOTHING_RAN = "no case ran here"


@dataclass(frozen=True, slots=True)
class FigureData:
    """What figures are drawn from.

    `cases` has a row per case, its runs pooled; `table` the rows of the runs that it is pooled from;
    `timeline` the newest commits, oldest first; `prices` each variant's changes against the baseline;
    `history` the latency of every run of the timeline, None where `table` has all of these runs.
    """

    cases: pd.DataFrame
    table: pd.DataFrame
    timeline: tuple[CommitPoint, ...] = ()
    prices: tuple[Price, ...] = ()
    history: pd.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """A panel that cannot be drawn, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One plot of a figure; `spec` is the chart as Vega-Lite has it, once that is worked out."""

    title: str
    chart: alt.LayerChart | Missing
    spec: Mapping[str, Any] = field(default_factory=dict)

    def specified(self, *, checking: bool) -> Panel:
        """Work out the specification. Raises altair's error where what is drawn is none, if `checking`."""
        if isinstance(self.chart, Missing) or self.spec:
            return self
        return replace(self, spec=self.chart.to_dict(validate=checking))


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: `study` is its number in the study, and `by_model` says that colours are the models'."""

    key: str
    title: str
    caption: str
    panels: tuple[Panel, ...]
    study: str | None = None
    by_model: bool = True

    def specified(self, *, checking: bool = True) -> Figure:
        """Work out what its panels are in Vega-Lite, once for all who print them."""
        return replace(self, panels=tuple(panel.specified(checking=checking) for panel in self.panels))


@dataclass(frozen=True, slots=True)
class FigureKind:
    """A figure that a report has, by `rank`; None is drawn where it has nothing to say."""

    key: str
    rank: int
    draw: Callable[[FigureData], Figure | None]
