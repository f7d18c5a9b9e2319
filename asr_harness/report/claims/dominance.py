"""Whether a stage takes most of the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.metrics import units
from asr_harness.report.claims.picking import groups
from asr_harness.report.claims.voting import Vote

if TYPE_CHECKING:
    import pandas as pd

MOST = 0.5


def dominates(rows: pd.DataFrame, stage: str) -> list[Vote]:
    """Vote by the intervals of a stage's share over buckets: all above half, all below, or both."""
    votes = []
    for name, group in groups(rows, ("model", "device")):
        low, high = group[f"{stage}_share_low"].min(), group[f"{stage}_share_high"].max()
        value = True if low > MOST else False if high <= MOST else None
        numbers = f"{stage} {units.percent_range(low, high, 0)} over buckets"
        votes.append(Vote(name, value, numbers, group["model"].iloc[0]))
    return votes
