"""The study's claims, one file each: a module that defines `CLAIM`, here or offered by an entry point.

Each is tested against the cases of a report by a stated rule. Hard-coded are a claim's text and its
thresholds, nothing else; numbers that a claim gives are its text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.registry import Registry
from asr_harness.report import study
from asr_harness.report.claims.voting import Answer, ClaimKind, ClaimResult, Vote

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["REGISTRY", "Answer", "ClaimKind", "ClaimResult", "Vote", "check_all", "claim_kinds"]

REGISTRY = Registry("asr_harness.report.claims", "CLAIM", ClaimKind, group="asr_harness.claims")


def claim_kinds() -> tuple[ClaimKind, ...]:
    """Give every claim in its order."""
    return tuple(sorted(REGISTRY.all().values(), key=lambda kind: kind.rank))


def check_all(cases: pd.DataFrame) -> tuple[ClaimResult, ...]:
    """Test every claim; those of the study only where its recognisers are among the cases."""
    kinds = [kind for kind in claim_kinds() if not kind.of_study or study.is_about(cases)]
    return tuple(ClaimResult(kind.key, kind.text, kind.rule, kind.check(cases)) for kind in kinds)
