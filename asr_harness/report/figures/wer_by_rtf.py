"""WER against RTF: figure 5 of the study."""

from asr_harness.report.figures.axes import TALKS
from asr_harness.report.figures.axis import Axis
from asr_harness.report.figures.base import Figure, FigureData, FigureKind
from asr_harness.report.figures.devices import by_device
from asr_harness.report.figures.wer_by_cost import across_words, wer_against

RTF = Axis("rtf", "RTF (s of computing per s of audio)", "log")
ENDS = ("rtf_low", "rtf_high")


def draw(data: FigureData) -> Figure:
    """Draw a point for each bucket."""
    cases = data.cases
    return Figure(
        FIGURE.key,
        "WER against RTF",
        f"A point for each bucket. {TALKS} {across_words(cases)}",
        by_device(cases, lambda rows: wer_against(cases, rows, RTF, ENDS), "wer", needs=("rtf",)),
        study="5",
    )


FIGURE = FigureKind("wer-by-rtf", 50, draw)
