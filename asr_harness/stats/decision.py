"""The one rule that turns an estimate and its interval into a verdict."""

from __future__ import annotations

from typing import Literal

ChangeVerdict = Literal["regression", "improvement", "unchanged", "inconclusive"]
"""What a test of one metric can conclude, more being worse."""


def decide(
    estimate: float | None,
    worst: float | None,
    *,
    is_shown: bool,
    tolerance: float,
    limit: float,
) -> ChangeVerdict:
    """Call a change that is shown and above the tolerance, and none where harm above the limit is excluded.

    `is_shown` is whether the adjusted p value is small enough. Everything is on one scale, log ratios or
    differences of rates; more is worse. `worst` is the one-sided upper confidence bound, None where nothing
    bounds the estimate: a test of non-inferiority (Wellek, Testing Statistical Hypotheses of Equivalence and
    Noninferiority, 2nd ed., 2010, ch. 2).
    """
    if is_shown and estimate is not None and abs(estimate) > tolerance:
        return "regression" if estimate > 0 else "improvement"
    if worst is not None and worst < limit:
        return "unchanged"
    return "inconclusive"
