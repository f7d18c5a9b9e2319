"""WER against audio length: figure 1 of the study."""

from asr_harness.report.figures.axes import LENGTH, TALKS, WER, WER_ENDS
from asr_harness.report.figures.base import Figure, FigureData, FigureKind
from asr_harness.report.figures.devices import by_device
from asr_harness.report.figures.trend import trend


def draw(data: FigureData) -> Figure:
    """Draw a panel for each device."""
    cases = data.cases
    return Figure(
        FIGURE.key,
        "WER against audio length",
        f"After Whisper's normaliser. {TALKS}",
        by_device(cases, lambda rows: trend(cases, rows, LENGTH, WER, ends=WER_ENDS), "wer"),
        study="1",
    )


FIGURE = FigureKind("wer-along-audio", 10, draw)
