"""Latency: along the audio, of whole requests, and against the work done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.cells import measured
from asr_harness.report.figures.axis import Axis
from asr_harness.report.figures.devices import by_device
from asr_harness.report.figures.drawing import Figure
from asr_harness.report.figures.trend import trend

if TYPE_CHECKING:
    import pandas as pd

LENGTH = Axis("bucket_audio_s", "audio length (s)")
LATENCY_ENDS = ("latency_low_s", "latency_high_s")


def latency_along_audio(cells: pd.DataFrame) -> Figure:
    """Figure 2 of the study."""
    y = Axis("latency_s", "latency per utterance (s)", "log")
    return Figure(
        "latency-along-audio",
        "Latency against audio length",
        "Median seconds of an utterance. Bars: " + intervals(cells) + ".",
        by_device(cells, lambda rows: trend(cells, rows, LENGTH, y, ends=LATENCY_ENDS), "latency_s"),
        study="2",
    )


def requests(cells: pd.DataFrame) -> Figure:
    """How long a whole batch waits."""
    y = Axis("request_p95_s", "latency of a request (s)", "log")
    ends = ("request_p50_s", "request_p99_s")
    return Figure(
        "request-latency",
        "Latency of requests: p50, p95, p99",
        "What a batch waits from audio to text, over all batches of all rounds. Point: p95; bar: p50 to p99.",
        by_device(cells, lambda rows: trend(cells, rows, LENGTH, y, ends=ends), "request_p95_s"),
    )


def latency_by_flops(cells: pd.DataFrame) -> Figure:
    """Figure 6 of the study."""
    x = Axis("flops", "work per utterance (FLOP)", "log", number="~s")
    y = Axis("latency_s", "latency per utterance (s)", "log")
    return Figure(
        "latency-by-flops",
        "Latency against FLOPs",
        "A point for each bucket, joined by model. FLOPs are of the passes that ran, padding included.",
        by_device(
            cells,
            lambda rows: trend(cells, measured(rows), x, y, ends=LATENCY_ENDS),
            "latency_s",
            needs=("flops",),
        ),
        study="6",
    )


def intervals(cells: pd.DataFrame) -> str:
    """Say what the bars are, from the cells."""
    kinds = dict.fromkeys(measured(cells)["interval"]) if "interval" in cells else {}
    return "; ".join(kinds) or "none"
