"""How much of the encoder's work is padding."""

from asr_harness.report.figures.axes import LENGTH
from asr_harness.report.figures.axis import Axis
from asr_harness.report.figures.base import Figure, FigureData, FigureKind
from asr_harness.report.figures.devices import by_device
from asr_harness.report.figures.trend import trend


def draw(data: FigureData) -> Figure:
    """Draw padding along the audio; batches pad to their longest member, Whisper to its 30 s window."""
    cases = data.cases
    y = Axis("padding_fraction", "padding in the encoder's audio", percent=True)
    return Figure(
        FIGURE.key,
        "Padding",
        "Part of the audio the encoder computed on that was padding. Whisper pads each input to windows "
        "of 30 s; a batch pads to its longest member. Counted, and so exact for these utterances: no bars.",
        by_device(cases, lambda rows: trend(cases, rows, LENGTH, y), "padding_fraction"),
    )


FIGURE = FigureKind("padding", 130, draw)
