"""What a figure is: a kind with a key and a rank, and what it draws from a report's cases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import altair as alt
    import pandas as pd

    from asr_harness.judge.price import Price
    from asr_harness.report.history import CommitPoint

NOTHING_RAN = "no case ran here"


@dataclass(frozen=True, slots=True)
class FigureData:
    """What figures are drawn from.

    `cases` has a row per case, its runs pooled; `table` every run's row of these cases; `timeline` the
    commits, oldest first; `prices` each variant's changes against the baseline.
    """

    cases: pd.DataFrame
    table: pd.DataFrame
    timeline: tuple[CommitPoint, ...] = ()
    prices: tuple[Price, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """A panel that cannot be drawn, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One plot of a figure."""

    title: str
    chart: alt.LayerChart | Missing


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: `study` is its number in the study, and `by_model` says that colours are the models'."""

    key: str
    title: str
    caption: str
    panels: tuple[Panel, ...]
    study: str | None = None
    by_model: bool = True


@dataclass(frozen=True, slots=True)
class FigureKind:
    """A figure that a report has, by `rank`; None is drawn where it has nothing to say."""

    key: str
    rank: int
    draw: Callable[[FigureData], Figure | None]
