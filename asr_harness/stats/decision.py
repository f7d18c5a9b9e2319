"""The one rule that turns an estimate and its interval into a verdict."""

from __future__ import annotations

from typing import Literal

ChangeVerdict = Literal["regression", "improvement", "unchanged", "inconclusive"]
"""What a test of one metric can conclude, more being worse."""


def decide(
    estimate: float | None,
    low: float | None,
    high: float | None,
    *,
    is_shown: bool,
    tolerance: float,
    margin: float,
) -> ChangeVerdict:
    """Call a change that is both shown and above the tolerance, and none where the interval is in the margin.

    `is_shown` is whether the adjusted p value is small enough. Everything is on one scale, log ratios or
    differences of rates; more is worse. `low` and `high` are None where nothing bounds the estimate.
    """
    if is_shown and estimate is not None and abs(estimate) > tolerance:
        return "regression" if estimate > 0 else "improvement"
    if low is not None and high is not None and -margin < low and high < margin:
        return "unchanged"
    return "inconclusive"
