"""The latency of cases and of all cases of a model together, judged on the restarts so far."""

from __future__ import annotations

from dataclasses import replace
from math import log1p
from typing import TYPE_CHECKING, TypeVar

from asr_harness.compare.rules import Rule, Trade, tolerance
from asr_harness.sequential import verdicts
from asr_harness.stats import mean
from asr_harness.types import STAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.ab.schedule import Side
    from asr_harness.ab.session import Findings
    from asr_harness.saved import SavedRun
    from asr_harness.sequential import Decision

LATENCY, RTF = "latency", "rtf"
NOT_BY_TURNS = ("energy", "p95", *STAGES)
"""Metrics that `compare` judges and live workers do not: a rule for one is told, and left to it."""

TOGETHER_SHARE = 0.2
STAGE_SHARE = 0.1
QUALITY_SHARE = 0.4
ELSE_SHARE = 0.1
"""Of the false-alarm rate: what goes to the latency of all cases together, to stages, to error rates where
transcripts differ, and to all else."""

Speaking = TypeVar("Speaking", Rule, Trade)


def latency_decisions(findings: Findings) -> dict[str, Decision]:
    """Judge the latency of every case on its restarts so far."""
    values = {name: [ratio.raw for ratio in ratios] for name, ratios in findings.ratios.items()}
    share = 1 - STAGE_SHARE - share_of_the_rest(findings.runs)
    if _groups(findings):
        share -= TOGETHER_SHARE
    return _decisions(findings, values, share, {name: [name] for name in values})


def together_decisions(findings: Findings) -> dict[str, Decision]:
    """Judge the mean latency over the cases of each model, by the restarts that had all of them."""
    groups = _groups(findings)
    raw = {name: [ratio.raw for ratio in ratios] for name, ratios in findings.ratios.items()}
    # Cases leave once they are decided and do not come back, so the first restarts had all.
    values = {
        pattern: [mean(ratios) for ratios in zip(*(raw[name] for name in names), strict=False)]
        for pattern, names in groups.items()
    }
    return _decisions(findings, values, TOGETHER_SHARE, groups)


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
    share: float,
    members: Mapping[str, Sequence[str]],
) -> dict[str, Decision]:
    """Judge at a share of the false-alarm rate, by the strictest rule that speaks of any member."""
    rules = of_latency(findings.chosen.rules)
    limits = {
        name: [limit for case_id in case_ids if (limit := tolerance(rules, case_id, LATENCY)) is not None]
        for name, case_ids in members.items()
    }
    return verdicts(
        values,
        findings.looks,
        alpha=findings.chosen.alpha * share,
        tolerance=findings.tolerance,
        margin=findings.margin,
        limits={name: log1p(min(own)) for name, own in limits.items() if own},
    )


def share_of_the_rest(runs: Mapping[Side, Sequence[SavedRun]]) -> float:
    """Give the part of the false-alarm rate that all but times takes."""
    return ELSE_SHARE + QUALITY_SHARE if transcripts_differ(runs) else ELSE_SHARE


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
