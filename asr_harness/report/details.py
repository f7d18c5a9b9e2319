"""What a finding keeps beside its verdict, in words: errors by kind, and the value in other units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness import metrics

if TYPE_CHECKING:
    from asr_harness.judge import Finding

KINDS = ("substitutions", "deletions", "insertions")


def written(finding: Finding) -> str:
    """Give before and after of everything that the finding's details have of both sides."""
    kinds = [f"{kind[0].upper()} {change}" for kind in KINDS if (change := _kind(finding, kind))]
    units = [change for metric in metrics.all_metrics() if (change := _unit(finding, metric))]
    return "; ".join(filter(None, (", ".join(kinds), *units)))


def _kind(finding: Finding, kind: str) -> str:
    sides = [finding.details.get(f"{kind}_{side}") for side in ("base", "candidate")]
    return "" if None in sides else " → ".join(map(str, sides))


def _unit(finding: Finding, metric: metrics.Metric) -> str:
    values = [finding.details.get(f"{metric.key}_{side}") for side in ("base", "candidate")]
    numbers = [value for value in values if isinstance(value, int | float)]
    if len(numbers) < len(values):
        return ""
    return f"{metric.title} {' → '.join(map(metric.written, numbers))}"
