"""The latency of cases and of all cases of a model together, judged on the restarts so far."""

from __future__ import annotations

from dataclasses import replace
from math import log1p
from typing import TYPE_CHECKING, TypeVar

from asr_harness.compare.rules import Rule, Trade, tolerance
from asr_harness.stats import mean, shared_out
from asr_harness.stats.sequential import decide_all
from asr_harness.types import STAGES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from asr_harness.ab.schedule import Side
    from asr_harness.ab.session import Findings
    from asr_harness.saved import SavedRun
    from asr_harness.stats.sequential import Decision

LATENCY, RTF = "latency", "rtf"
NOT_BY_TURNS = ("energy", "p95", *STAGES)
"""Metrics that `compare` judges and live workers do not: a rule for one is told, and left to it."""

SHARES = {"together": 0.2, "stages": 0.1, "quality": 0.4, "rest": 0.1}
"""Of the false-alarm rate: what goes to the latency of all cases together, to stages, to error rates where
transcripts differ, and to all else. The latency of single cases has what the others leave."""

Speaking = TypeVar("Speaking", Rule, Trade)


def latency_decisions(findings: Findings) -> dict[str, Decision]:
    """Judge the latency of every case on its restarts so far."""
    values = {name: [ratio.raw for ratio in ratios] for name, ratios in findings.ratios.items()}
    return _decisions(findings, values, "latency", {name: [name] for name in values})


def together_decisions(findings: Findings) -> dict[str, Decision]:
    """Judge the mean latency over the cases of each model, by the restarts that had all of them."""
    groups = _groups(findings)
    raw = {name: [ratio.raw for ratio in ratios] for name, ratios in findings.ratios.items()}
    # Cases leave once they are decided and do not come back, so the first restarts had all.
    values = {
        pattern: [mean(ratios) for ratios in zip(*(raw[name] for name in names), strict=False)]
        for pattern, names in groups.items()
    }
    return _decisions(findings, values, "together", groups)


def transcripts_differ(runs: Mapping[Side, Sequence[SavedRun]]) -> bool:
    """Whether any case has been heard in more than one way, by whichever side."""
    heard: dict[str, object] = {}
    for run in (*runs["base"], *runs["candidate"]):
        for case_id, record in run.records.items():
            if record.info is not None:
                texts = record.info.get("hypotheses")
                if heard.setdefault(case_id, texts) != texts:
                    return True
    return False


def _groups(findings: Findings) -> dict[str, list[str]]:
    """Give the cases that differ in bucket and batch size alone, by their pattern, where there are two.

    What a case is, its saved runs tell; its id has dashes in names as well as between them.
    """
    runs = (*findings.runs["base"], *findings.runs["candidate"])
    cases = {case_id: record.case for run in runs for case_id, record in run.records.items()}
    found: dict[str, list[str]] = {}
    for case_id in findings.ratios:
        if case_id in cases:
            found.setdefault(cases[case_id].group, []).append(case_id)
    return {pattern: case_ids for pattern, case_ids in found.items() if len(case_ids) > 1}


def _decisions(
    findings: Findings,
    values: Mapping[str, Sequence[float]],
    family: str,
    members: Mapping[str, Sequence[str]],
) -> dict[str, Decision]:
    """Judge at a share of the false-alarm rate, by the strictest rule that speaks of any member."""
    if not values:
        return {}
    rules = of_latency(findings.chosen.rules)
    limits = {
        name: [limit for case_id in case_ids if (limit := tolerance(rules, case_id, LATENCY)) is not None]
        for name, case_ids in members.items()
    }
    return decide_all(
        values,
        findings.looks,
        alpha=alphas(findings)[family],
        tolerance=findings.tolerance,
        margin=findings.margin,
        limits={name: log1p(min(own)) for name, own in limits.items() if own},
    )


def alphas(findings: Findings) -> dict[str, float]:
    """Share the false-alarm rate out among what is judged of these forks."""
    present = {"stages", "rest"}
    if _groups(findings):
        present.add("together")
    if transcripts_differ(findings.runs):
        present.add("quality")
    return shares_of_alpha(findings.chosen.alpha, present)


def shares_of_alpha(alpha: float, present: Collection[str]) -> dict[str, float]:
    """Share a false-alarm rate out among these families; the latency of single cases has what they leave."""
    left = 1 - sum(share for family, share in SHARES.items() if family in present)
    return shared_out(alpha, {**SHARES, "latency": left}, {*present, "latency"})


def of_latency(rules: Sequence[Speaking]) -> list[Speaking]:
    """Let what is said of RTF be said of latency: on one slice they are one measurement in two units.

    Those of what is not judged by turns are left out.
    """
    return [
        replace(rule, metric=in_latency(rule.metric)) for rule in rules if rule.metric not in NOT_BY_TURNS
    ]


def in_latency(name: str) -> str:
    """Give the metric that is judged in the place of a named one."""
    return LATENCY if name == RTF else name
