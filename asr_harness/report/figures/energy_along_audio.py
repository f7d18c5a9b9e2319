"""Energy along the audio: figure 3 of the study."""

from asr_harness.report.figures.axes import LENGTH
from asr_harness.report.figures.axis import Axis
from asr_harness.report.figures.base import Figure, FigureData, FigureKind
from asr_harness.report.figures.devices import by_device
from asr_harness.report.figures.trend import trend
from asr_harness.report.pooled import measured

JOULES = Axis("energy_per_audio_s_j", "energy per second of audio (J/s)", "log")
ENDS = ("energy_low_j", "energy_high_j")


def draw(data: FigureData) -> Figure:
    """Draw a panel for each device."""
    cases = data.cases
    labels = ", ".join(dict.fromkeys(measured(cases).dropna(subset=[JOULES.column])["energy_label"]))
    return Figure(
        FIGURE.key,
        "Energy per second of audio against length",
        f"Gross joules of the device, {labels or 'unmeasured'}. Bars: between runs, or of one run twice its "
        "counter's relative uncertainty.",
        by_device(cases, lambda rows: trend(cases, rows, LENGTH, JOULES, ends=ENDS), JOULES.column),
        study="3",
    )


FIGURE = FigureKind("energy-along-audio", 30, draw)
