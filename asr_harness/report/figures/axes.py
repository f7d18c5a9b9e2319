"""Axes that several figures have, the ends of their intervals, and words for these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.figures.axis import Axis
from asr_harness.report.pooled import measured

if TYPE_CHECKING:
    import pandas as pd

LENGTH = Axis("bucket_audio_s", "audio length (s)")
LATENCY = Axis("latency_s", "latency per utterance (s)", "log")
LATENCY_ENDS = ("latency_low_s", "latency_high_s")
WER = Axis("wer", "WER", percent=True)
WER_ENDS = ("wer_low", "wer_high")
TALKS = "Bars: 95 % over talks."


def intervals(cases: pd.DataFrame) -> str:
    """Say what the bars are, from the cases."""
    kinds = dict.fromkeys(measured(cases)["interval"]) if "interval" in cases else {}
    return "; ".join(kinds) or "none"
