"""What the figures of WER against a cost share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.figures.axes import WER, WER_ENDS, intervals
from asr_harness.report.figures.trend import trend
from asr_harness.report.pooled import measured

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from asr_harness.report.figures.axis import Axis
    from asr_harness.report.figures.trend import Ends


def wer_against(cases: pd.DataFrame, rows: pd.DataFrame, cost: Axis, across: Ends) -> alt.LayerChart:
    """Draw a point for each measured row, with the intervals of both."""
    return trend(cases, measured(rows), cost, WER, ends=WER_ENDS, across=across, lines=False)


def across_words(cases: pd.DataFrame) -> str:
    """Say what the bars of the cost are."""
    return f"Across: {intervals(cases)}."
