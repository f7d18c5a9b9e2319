"""Energy: along the audio, and by stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.cells import measured
from asr_harness.report.figures.axis import Axis
from asr_harness.report.figures.devices import by_device
from asr_harness.report.figures.drawing import Figure
from asr_harness.report.figures.speed import LENGTH
from asr_harness.report.figures.stages import stacked
from asr_harness.report.figures.trend import trend

if TYPE_CHECKING:
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
    return Figure(
        "stage-energy",
        "Energy by stage",
        "Gross joules of an utterance, each stage looped alone.",
        by_device(
            cells,
            lambda rows: stacked(cells, rows, "{}_energy_j", "energy per utterance (J)"),
            "encode_energy_j",
        ),
        by_model=False,
    )
