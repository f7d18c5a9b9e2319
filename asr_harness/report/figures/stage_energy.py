"""Which stage the joules go to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.figures.base import Figure, FigureData, FigureKind
from asr_harness.report.figures.devices import by_device
from asr_harness.report.figures.stacked import stacked
from asr_harness.report.intervals import COVERAGE
from asr_harness.schema import STAGES

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd


def draw(data: FigureData) -> Figure:
    """Draw a bar for each model, its stages stacked."""
    cases = data.cases

    def plot(rows: pd.DataFrame) -> alt.LayerChart:
        whole_j = rows[[f"{stage}_energy_j" for stage in STAGES]].sum(axis=1, min_count=len(STAGES))
        half_j = COVERAGE * rows["stage_energy_uncertainty"] * whole_j
        ends = {STAGES[-1]: (whole_j - half_j, whole_j + half_j)}
        return stacked(cases, rows, "{}_energy_j", "energy per utterance (J)", ends)

    return Figure(
        FIGURE.key,
        "Energy by stage",
        "Gross joules of an utterance, each stage looped alone. Lines: of the whole, twice its counter's "
        "relative uncertainty.",
        by_device(cases, plot, "encode_energy_j"),
        by_model=False,
    )


FIGURE = FigureKind("stage-energy", 120, draw)
