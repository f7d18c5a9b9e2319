"""Figures: each a function from cells to a `Figure`; a new one is a new file and its name in `FIGURES`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.figures.energy import energy_along_audio, stage_energy
from asr_harness.report.figures.memory import memory_by_batch
from asr_harness.report.figures.padding import padding
from asr_harness.report.figures.pareto import pareto
from asr_harness.report.figures.quality import wer_along_audio, wer_by_latency, wer_by_rtf
from asr_harness.report.figures.roofline import roofline
from asr_harness.report.figures.speed import latency_along_audio, latency_by_flops, requests
from asr_harness.report.figures.stages import stage_latency
from asr_harness.report.figures.variants import variants

if TYPE_CHECKING:
    import pandas as pd

    from asr_harness.report.figures.drawing import Figure

MAX_CELLS = 1200

FIGURES = (
    wer_along_audio,
    latency_along_audio,
    energy_along_audio,
    wer_by_latency,
    wer_by_rtf,
    latency_by_flops,
    memory_by_batch,
    stage_latency,
    pareto,
    requests,
    roofline,
    stage_energy,
    padding,
    variants,
)
"""In the order of the study, then those beyond it."""


def draw_all(cells: pd.DataFrame) -> tuple[Figure, ...]:
    """Draw every figure of the cells of a report."""
    return tuple(draw(cells) for draw in FIGURES)


def drawable(cells: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Leave variants, in their order, until there are `MAX_CELLS`; give the cells and what was left out.

    Where the first variant alone has more, models are left out in the same way. A page with thousands of
    points would be slow, and nobody could read it.
    """
    shown, variants = _first_groups(cells, "variant")
    if len(shown) <= MAX_CELLS:
        return shown, variants
    shown, models = _first_groups(shown, "model")
    return shown, variants + models


def _first_groups(cells: pd.DataFrame, column: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Leave the first value of a column, and those after it that still have room."""
    counts = cells[column].value_counts(sort=False)
    kept = counts.cumsum() <= MAX_CELLS
    kept.iloc[0] = True
    return cells[cells[column].isin(counts.index[kept])], tuple(map(str, counts.index[~kept]))
