"""The errors of a finding by kind, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asr_harness.judge import Finding

KINDS = ("substitutions", "deletions", "insertions")


def errors_by_kind(finding: Finding) -> str:
    """Give substitutions, deletions and insertions before and after, such as `S 3 → 4, D 0 → 9, I 1 → 1`."""
    kinds = [f"{kind[0].upper()} {change}" for kind in KINDS if (change := _kind(finding, kind))]
    return ", ".join(kinds)


def _kind(finding: Finding, kind: str) -> str:
    sides = [finding.details.get(f"{kind}_{side}") for side in ("base", "candidate")]
    return "" if None in sides else " → ".join(map(str, sides))
