"""How much of the encoder's work is padding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.figures.axis import Axis
from asr_harness.report.figures.devices import by_device
from asr_harness.report.figures.drawing import Figure
from asr_harness.report.figures.speed import LENGTH
from asr_harness.report.figures.trend import trend

if TYPE_CHECKING:
    import pandas as pd


def padding(cells: pd.DataFrame) -> Figure:
    """Draw padding along the audio; batches pad to their longest member, Whisper to its 30 s window."""
    y = Axis("padding_fraction", "padding in the encoder's audio", percent=True)
    return Figure(
        "padding",
        "Padding",
        "Part of the audio the encoder computed on that was padding. Whisper pads each input to windows "
        "of 30 s; a batch pads to its longest member. Counted, and so exact for these utterances: no bars.",
        by_device(cells, lambda rows: trend(cells, rows, LENGTH, y), "padding_fraction"),
    )
