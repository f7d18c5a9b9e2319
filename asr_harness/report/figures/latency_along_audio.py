"""Latency against audio length: figure 2 of the study."""

from asr_harness.report.figures.axes import LATENCY, LATENCY_ENDS, LENGTH, intervals
from asr_harness.report.figures.base import Figure, FigureData, FigureKind
from asr_harness.report.figures.devices import by_device
from asr_harness.report.figures.trend import trend


def draw(data: FigureData) -> Figure:
    """Draw a panel for each device."""
    cases = data.cases
    return Figure(
        FIGURE.key,
        "Latency against audio length",
        f"Median seconds of an utterance. Bars: {intervals(cases)}.",
        by_device(cases, lambda rows: trend(cases, rows, LENGTH, LATENCY, ends=LATENCY_ENDS), "latency_s"),
        study="2",
    )


FIGURE = FigureKind("latency-along-audio", 20, draw)
