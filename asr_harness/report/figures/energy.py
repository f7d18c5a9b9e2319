"""Energy: along the audio, and by stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.cells import COVERAGE, measured
from asr_harness.report.figures.axis import Axis
from asr_harness.report.figures.devices import by_device
from asr_harness.report.figures.drawing import Figure
from asr_harness.report.figures.speed import LENGTH
from asr_harness.report.figures.stages import stacked
from asr_harness.report.figures.trend import trend
from asr_harness.schema import STAGES

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

ENDS = ("energy_low_j", "energy_high_j")


def energy_along_audio(cells: pd.DataFrame) -> Figure:
    """Figure 3 of the study."""
    y = Axis("energy_per_audio_s_j", "energy per second of audio (J/s)", "log")
    labels = ", ".join(dict.fromkeys(measured(cells).dropna(subset=["energy_per_audio_s_j"])["energy_label"]))
    return Figure(
        "energy-along-audio",
        "Energy per second of audio against length",
        f"Gross joules of the device, {labels or 'unmeasured'}. Bars: between runs, or of one run twice its "
        "counter's relative uncertainty.",
        by_device(cells, lambda rows: trend(cells, rows, LENGTH, y, ends=ENDS), "energy_per_audio_s_j"),
        study="3",
    )


def stage_energy(cells: pd.DataFrame) -> Figure:
    """Which stage the joules go to."""

    def draw(rows: pd.DataFrame) -> alt.LayerChart:
        whole_j = rows[[f"{stage}_energy_j" for stage in STAGES]].sum(axis=1, min_count=len(STAGES))
        half_j = COVERAGE * rows["stage_energy_uncertainty"] * whole_j
        ends = {STAGES[-1]: (whole_j - half_j, whole_j + half_j)}
        return stacked(cells, rows, "{}_energy_j", "energy per utterance (J)", ends)

    return Figure(
        "stage-energy",
        "Energy by stage",
        "Gross joules of an utterance, each stage looped alone. Lines: of the whole, twice its counter's "
        "relative uncertainty.",
        by_device(cells, draw, "encode_energy_j"),
        by_model=False,
    )
