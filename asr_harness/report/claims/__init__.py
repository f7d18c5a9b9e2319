"""The study's claims, each tested against the cells of a report by a stated rule.

Hard-coded are a claim's text and its thresholds, nothing else; figures that a claim gives are its text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.claims import bottlenecks, quality, resources, speed
from asr_harness.report.claims.voting import Answer, Claim, Finding, Vote

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CLAIMS", "Answer", "Claim", "Finding", "Vote", "check_all"]

CLAIMS: tuple[Claim, ...] = tuple(
    sorted(
        (*quality.CLAIMS, *speed.CLAIMS, *resources.CLAIMS, *bottlenecks.CLAIMS),
        key=lambda claim: int(claim.key[1:]),
    )
)


def check_all(cells: pd.DataFrame) -> tuple[Finding, ...]:
    """Test every claim."""
    return tuple(Finding(claim.key, claim.text, claim.rule, claim.check(cells)) for claim in CLAIMS)
