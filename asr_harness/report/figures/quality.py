"""Error rates: along the audio, and against what they cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.cells import measured
from asr_harness.report.figures.axis import Axis
from asr_harness.report.figures.devices import absent, by_device, name_of
from asr_harness.report.figures.drawing import Figure, Panel
from asr_harness.report.figures.speed import LATENCY_ENDS, LENGTH, intervals
from asr_harness.report.figures.trend import Ends, trend

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

WER = Axis("wer", "WER", percent=True)
WER_ENDS = ("wer_low", "wer_high")
LATENCY = Axis("latency_s", "latency per utterance (s)", "log")
RTF = Axis("rtf", "RTF (s of computing per s of audio)", "log")
TALKS = "Bars: 95 % over talks."


def wer_along_audio(cells: pd.DataFrame) -> Figure:
    """Figure 1 of the study."""
    return Figure(
        "wer-along-audio",
        "WER against audio length",
        f"After Whisper's normaliser. {TALKS}",
        by_device(cells, lambda rows: trend(cells, rows, LENGTH, WER, ends=WER_ENDS), "wer"),
        study="1",
    )


def wer_by_latency(cells: pd.DataFrame) -> Figure:
    """Figure 4 of the study: a panel for each length."""
    panels = []
    for (device, bucket), rows in cells.groupby(["device", "bucket"], sort=False):
        missing = absent(rows, ("wer", "latency_s"))
        chart = missing or _against(cells, rows, LATENCY, LATENCY_ENDS)
        panels.append(Panel(f"{name_of(device)}, {bucket}", chart))
    return Figure(
        "wer-by-latency",
        "WER against latency",
        f"A point for each model, towards the lower left is better. {TALKS} {_across(cells)}",
        joined(panels),
        study="4",
    )


def wer_by_rtf(cells: pd.DataFrame) -> Figure:
    """Figure 5 of the study."""
    return Figure(
        "wer-by-rtf",
        "WER against RTF",
        f"A point for each bucket. {TALKS} {_across(cells)}",
        by_device(
            cells,
            lambda rows: _against(cells, rows, RTF, ("rtf_low", "rtf_high")),
            "wer",
            needs=("rtf",),
        ),
        study="5",
    )


def _against(cells: pd.DataFrame, rows: pd.DataFrame, cost: Axis, across: Ends) -> alt.LayerChart:
    return trend(cells, measured(rows), cost, WER, ends=WER_ENDS, across=across, lines=False)


def _across(cells: pd.DataFrame) -> str:
    return f"Across: {intervals(cells)}."


def joined(panels: list[Panel]) -> tuple[Panel, ...]:
    """Say the same reason once for all panels of a device rather than in each."""
    kept: list[Panel] = []
    for panel in panels:
        device = panel.title.partition(",")[0]
        same = next(
            (
                i
                for i, other in enumerate(kept)
                if other.chart == panel.chart and other.title.startswith(device)
            ),
            None,
        )
        if same is None:
            kept.append(panel)
        else:
            kept[same] = Panel(device, panel.chart)
    return tuple(kept)
