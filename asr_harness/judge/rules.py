"""Tolerances and waivers as people write them: `rtf>5%`, `whisper-*-cuda-*:latency>3%`, `wer>0.5pt`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from asr_harness.errors import RuleError
from asr_harness.judge.judgement import OUTCOME
from asr_harness.metrics import all_metrics, find, measurement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asr_harness.metrics import Metric

RULE = re.compile(
    r"(?:(?P<cases>[^:]+):)?(?P<metric>[a-z0-9_]+)\s*>\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>%|pt)"
)
WAIVER = re.compile(
    r"(?:(?P<cases>[^:]+):)?(?P<metric>[a-z0-9_]+)\s*\+\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>%|pt)"
    r"\s+if\s+(?P<gain>[a-z0-9_]+)\s*-\s*(?P<gained>\d+(?:\.\d+)?)\s*(?P<gain_unit>%|pt)"
)
ALL_CASES = "*"


@dataclass(frozen=True, slots=True)
class Rule:
    """Fail where a metric gets worse by more than `limit`: relative, or a difference of rates."""

    text: str
    metric: str
    limit: float
    cases: str = ALL_CASES

    def covers(self, case_id: str, metric: str) -> bool:
        """Whether the rule speaks of a case's metric, in whatever unit."""
        return measurement(metric) == measurement(self.metric) and fnmatchcase(case_id, self.cases)


@dataclass(frozen=True, slots=True)
class Waiver:
    """Let a metric get worse by up to `limit` where another got better by at least `gained`, both shown."""

    text: str
    metric: str
    limit: float
    gain: str
    gained: float
    cases: str = ALL_CASES

    def covers(self, case_id: str, metric: str) -> bool:
        """Whether the waiver speaks of a case's metric, in whatever unit, or of its alternative."""
        own = find(self.metric)
        names = {measurement(self.metric), own.alternative if own else None}
        return measurement(metric) in names and fnmatchcase(case_id, self.cases)


def parse_rule(text: str) -> Rule:
    """Read a tolerance. Raises RuleError naming what is wrong with it."""
    parts = RULE.fullmatch(text.strip())
    if parts is None:
        raise RuleError(f"rule {text!r} is not [CASES:]METRIC>NUMBER% or pt, such as 'rtf>5%' or 'wer>0.5pt'")
    _check_metric(text, parts["metric"], parts["unit"], rule_units())
    return Rule(text, parts["metric"], float(parts["number"]) / 100, (parts["cases"] or ALL_CASES).strip())


def parse_waiver(text: str) -> Waiver:
    """Read a waiver, such as `wer+1pt if rtf-20%`. Raises RuleError naming what is wrong with it."""
    parts = WAIVER.fullmatch(text.strip())
    if parts is None:
        raise RuleError(
            f"waiver {text!r} is not METRIC+NUMBER if METRIC-NUMBER%, such as 'wer+1pt if rtf-20%'"
        )
    known = {metric.key: metric.rule_unit for metric in numbered_metrics()}
    _check_metric(text, parts["metric"], parts["unit"], known)
    _check_metric(text, parts["gain"], parts["gain_unit"], known)
    if measurement(parts["gain"]) == measurement(parts["metric"]):
        raise RuleError(
            f"waiver {text!r} can never act: {parts['metric']} cannot get worse and better at once"
        )
    return Waiver(
        text,
        parts["metric"],
        float(parts["number"]) / 100,
        parts["gain"],
        float(parts["gained"]) / 100,
        (parts["cases"] or ALL_CASES).strip(),
    )


def numbered_metrics() -> tuple[Metric, ...]:
    """Give the metrics that are compared by a number, which a waiver may name."""
    return tuple(metric for metric in all_metrics() if metric.test in ("ratio", "rate", "count"))


def rule_units() -> dict[str, str]:
    """Give what a rule may name, for any system, with its unit: numbers, transcripts and outcomes.

    A limit on transcripts is of the share of them that changed, one on outcomes of the share of runs that no
    longer measured the case.
    """
    texts = {metric.key: metric.rule_unit for metric in all_metrics() if metric.test == "texts"}
    return {metric.key: metric.rule_unit for metric in numbered_metrics()} | texts | {OUTCOME: "%"}


def check_all_used(rules: Iterable[Rule | Waiver], judged: Iterable[tuple[str, str]]) -> None:
    """Raise RuleError for a rule that speaks of nothing that was compared: it would guard nothing."""
    known = list(judged)
    for rule in rules:
        if not any(rule.covers(*target) for target in known):
            cases = sorted({case_id for case_id, _ in known})
            covered = [case_id for case_id in cases if fnmatchcase(case_id, rule.cases)]
            why = (
                f"{covered[0]} has no {rule.metric}"
                if covered
                else f"available cases include {', '.join(cases[:3])}"
            )
            kind = type(rule).__name__.lower()
            raise RuleError(f"{kind} {rule.text!r} matches nothing that was compared: {why}")


def _check_metric(text: str, key: str, unit: str, allowed: Mapping[str, str]) -> None:
    if key not in allowed:
        raise RuleError(f"rule {text!r} names no metric {key!r}; there are {', '.join(allowed)}")
    if unit != allowed[key]:
        raise RuleError(f"rule {text!r}: {key} is given in {allowed[key]}, as in '{key}>0.5{allowed[key]}'")
