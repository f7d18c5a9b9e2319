"""Tolerances and trade-offs as people write them: `rtf>5%`, `whisper-*-cuda-*:latency>3%`, `wer>0.5pt`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from asr_harness.compare.metrics import NAMES, RATES
from asr_harness.errors import RuleError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

RULE = re.compile(
    r"(?:(?P<cases>[^:]+):)?(?P<metric>[a-z0-9]+)\s*>\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>%|pt)"
)
TRADE = re.compile(
    r"(?:(?P<cases>[^:]+):)?(?P<metric>[a-z0-9]+)\s*\+\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>%|pt)"
    r"\s+if\s+(?P<gain>[a-z0-9]+)\s*-\s*(?P<gained>\d+(?:\.\d+)?)\s*%"
)
UNTOLERATED = ("transcripts", "operators", "outcome")


@dataclass(frozen=True, slots=True)
class Rule:
    """Fail where a metric rises by more than `limit`: relative, or a difference of rates."""

    text: str
    metric: str
    limit: float
    cases: str = "*"

    def covers(self, case_id: str, metric: str) -> bool:
        """Whether the rule speaks of a case's metric."""
        return metric == self.metric and fnmatchcase(case_id, self.cases)


@dataclass(frozen=True, slots=True)
class Trade:
    """Allow a metric to rise by up to `limit` where another fell by at least `gained`, both shown."""

    text: str
    metric: str
    limit: float
    gain: str
    gained: float
    cases: str = "*"

    def covers(self, case_id: str, metric: str) -> bool:
        """Whether the trade-off speaks of a case's metric."""
        return metric == self.metric and fnmatchcase(case_id, self.cases)


def parse_rule(text: str) -> Rule:
    """Read a tolerance. Raises RuleError naming what is wrong with it."""
    found = RULE.fullmatch(text.strip())
    if found is None:
        raise RuleError(f"rule {text!r} is not [CASES:]METRIC>NUMBER% or pt, such as 'rtf>5%' or 'wer>0.5pt'")
    _check_metric(text, found["metric"], found["unit"])
    return Rule(text, found["metric"], float(found["number"]) / 100, (found["cases"] or "*").strip())


def parse_trade(text: str) -> Trade:
    """Read a trade-off, such as `wer+0.3pt if rtf-20%`. Raises RuleError naming what is wrong with it."""
    found = TRADE.fullmatch(text.strip())
    if found is None:
        raise RuleError(
            f"trade-off {text!r} is not METRIC+NUMBER if METRIC-NUMBER%, such as 'wer+0.3pt if rtf-20%'"
        )
    _check_metric(text, found["metric"], found["unit"])
    _check_metric(text, found["gain"], "pt" if found["gain"] in RATES else "%")
    return Trade(
        text,
        found["metric"],
        float(found["number"]) / 100,
        found["gain"],
        float(found["gained"]) / 100,
        (found["cases"] or "*").strip(),
    )


def tolerance(rules: Sequence[Rule], case_id: str, metric: str) -> float | None:
    """Give the strictest limit among all rules that speak of a case's metric; None where none does."""
    limits = [rule.limit for rule in rules if rule.covers(case_id, metric)]
    return min(limits, default=None)


def check_all_used(rules: Iterable[Rule | Trade], cells: Iterable[tuple[str, str]]) -> None:
    """Raise RuleError for a rule that speaks of nothing that was compared: it would guard nothing."""
    known = list(cells)
    for rule in rules:
        if not any(rule.covers(*cell) for cell in known):
            cases = sorted({case_id for case_id, _ in known})
            meant = [case_id for case_id in cases if fnmatchcase(case_id, rule.cases)]
            why = f"{meant[0]} has no {rule.metric}" if meant else f"cases are such as {', '.join(cases[:3])}"
            raise RuleError(f"rule {rule.text!r} matches nothing that was compared: {why}")


def _check_metric(text: str, metric: str, unit: str) -> None:
    allowed = [name for name in NAMES if name not in UNTOLERATED]
    if metric not in allowed:
        raise RuleError(f"rule {text!r} names no metric {metric!r}; there are {', '.join(allowed)}")
    expected = "pt" if metric in RATES else "%"
    if unit != expected:
        raise RuleError(f"rule {text!r}: {metric} is given in {expected}, as in '{metric}>0.5{expected}'")
