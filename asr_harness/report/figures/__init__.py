"""Figures, one file each: a module that defines `FIGURE`, in this package or offered by an entry point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.registry import Registry
from asr_harness.report.figures.base import FigureKind

if TYPE_CHECKING:
    import pandas as pd

    from asr_harness.report.figures.base import Figure, FigureData

REGISTRY = Registry("asr_harness.report.figures", "FIGURE", FigureKind, group="asr_harness.figures")
MAX_CASES = 1200


def figure_kinds() -> tuple[FigureKind, ...]:
    """Give every kind of figure: those of the study in its order, then those beyond it."""
    return tuple(sorted(REGISTRY.all().values(), key=lambda kind: kind.rank))


def draw_all(data: FigureData) -> tuple[Figure, ...]:
    """Draw every figure that has something to say."""
    from altair.utils.schemapi import debug_mode

    drawn = []
    for kind in figure_kinds():
        # Each part of a chart would be checked as it is made; the whole is, of figures from elsewhere.
        with debug_mode(False):
            figure = kind.draw(data)
        if figure is not None:
            drawn.append(figure.specified(checking=not is_own(kind)))
    return tuple(drawn)


def is_own(kind: FigureKind) -> bool:
    """Whether this package draws it, whose tests check what it draws."""
    return kind.draw.__module__.startswith("asr_harness.")


def drawable(cases: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Leave variants, in their order, until there are `MAX_CASES`; give the cases and what was left out.

    Where the first variant alone has more, models are left out in the same way. A page with thousands of
    points would be slow, and nobody could read it.
    """
    shown, variants = _first_groups(cases, "variant")
    if len(shown) <= MAX_CASES:
        return shown, variants
    shown, models = _first_groups(shown, "model")
    return shown, variants + models


def _first_groups(cases: pd.DataFrame, column: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Leave the first value of a column, and those after it that still have room."""
    counts = cases[column].value_counts(sort=False)
    kept = counts.cumsum() <= MAX_CASES
    kept.iloc[0] = True
    return cases[cases[column].isin(counts.index[kept])], tuple(map(str, counts.index[~kept]))
