"""From restarts to a comparison: times from the turns, all else as `compare` judges the saved runs."""

from __future__ import annotations

import json
from dataclasses import replace
from math import expm1, log1p
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from asr_harness.compare import Cell, Comparison, compare
from asr_harness.compare.rules import Rule, Trade, tolerance
from asr_harness.compare.sides import outcome_cell
from asr_harness.saved import parse_run
from asr_harness.sequential import verdicts
from asr_harness.types import STAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.ab.schedule import Side
    from asr_harness.ab.session import Findings
    from asr_harness.saved import SavedRun
    from asr_harness.sequential import Decision

LATENCY, RTF = "latency", "rtf"

STAGE_SHARE = 0.1
QUALITY_SHARE = 0.4
ELSE_SHARE = 0.1
"""Of the false-alarm rate: what goes to stages, to error rates where transcripts differ, and to all else."""

NO_RUNS = "times alone are judged: a commit's asr-harness is too old to hand over its runs"
Speaking = TypeVar("Speaking", Rule, Trade)

CHANGED = ("regression", "improvement")


def latency_decisions(findings: Findings) -> dict[str, Decision]:
    """Judge the latency of every case on its restarts so far."""
    chosen = findings.chosen
    values = {name: [ratio.raw for ratio in ratios] for name, ratios in findings.ratios.items()}
    return verdicts(
        values,
        findings.looks,
        alpha=chosen.alpha * (1 - STAGE_SHARE - _share_of_the_rest(findings.runs)),
        tolerance=findings.tolerance,
        margin=findings.margin,
        limits={
            name: log1p(limit)
            for name in values
            if (limit := tolerance(_of_latency(chosen.rules), name, LATENCY)) is not None
        },
    )


def judge(findings: Findings) -> Comparison:
    """Put together what restarts tell of times, and saved runs of everything else.

    Raises RuleError where a rule speaks of nothing.
    """
    chosen, latency = findings.chosen, findings.decisions()
    cells = [_cell(name, LATENCY, found) for name, found in latency.items()]
    cells += _stage_cells(findings, latency)
    cells += [_lost(case_id, *what) for case_id, what in findings.lost.items()]
    if not all(findings.runs.values()):
        n_restarts = max((decision.n for decision in latency.values()), default=0)
        n_runs = n_restarts, n_restarts
        return Comparison("base", "candidate", n_runs, chosen.alpha, tuple(cells), (NO_RUNS,))
    found = compare(
        findings.runs["base"],
        findings.runs["candidate"],
        rules=_of_latency(chosen.rules),
        trades=[replace(trade, gain=_metric(trade.gain)) for trade in _of_latency(chosen.trades)],
        alpha=chosen.alpha * _share_of_the_rest(findings.runs),
        across=("weights", "decoding"),
        timed=cells,
    )
    return replace(found, alpha=chosen.alpha)


def read_run(name: str, text: str) -> SavedRun:
    """Take a run as a worker of this name hands it over. Raises RecordError."""
    return parse_run(Path(f"the run of {name}"), json.loads(text))


def transcripts_differ(runs: Mapping[Side, Sequence[SavedRun]]) -> bool:
    """Whether any case has been heard in more than one way, by whichever side."""
    heard: dict[str, str] = {}
    for run in (*runs["base"], *runs["candidate"]):
        for case_id, record in run.records.items():
            if record.info is not None:
                text = json.dumps(record.info.get("hypotheses"))
                if heard.setdefault(case_id, text) != text:
                    return True
    return False


def _share_of_the_rest(runs: Mapping[Side, Sequence[SavedRun]]) -> float:
    return ELSE_SHARE + QUALITY_SHARE if transcripts_differ(runs) else ELSE_SHARE


def _of_latency(rules: Sequence[Speaking]) -> list[Speaking]:
    """Let what is said of RTF be said of latency: on one slice they are one measurement in two units."""
    return [replace(rule, metric=_metric(rule.metric)) for rule in rules]


def _metric(name: str) -> str:
    return LATENCY if name == RTF else name


def _lost(case_id: str, side: Side, outcome: str, reason: str) -> Cell:
    before, after = (outcome, "measured") if side == "base" else ("measured", outcome)
    return outcome_cell(case_id, before, after, reason)


def _stage_cells(findings: Findings, latency: Mapping[str, Decision]) -> list[Cell]:
    """Say of cases whose latency changed in which stage it did."""
    values = {
        (name, stage): [ratio.stages[stage] for ratio in ratios]
        for name, ratios in findings.ratios.items()
        for stage in STAGES
        if all(stage in ratio.stages for ratio in ratios)
    }
    found = verdicts(
        values,
        findings.looks,
        alpha=findings.chosen.alpha * STAGE_SHARE,
        tolerance=findings.tolerance,
        margin=findings.margin,
    )
    return [
        replace(_cell(name, stage, decision), gated=False)
        for (name, stage), decision in found.items()
        if latency[name].verdict in CHANGED
    ]


def _cell(case_id: str, metric: str, decision: Decision) -> Cell:
    effects = (decision.estimate, decision.low, decision.high)
    effect, low, high = (None if value is None else expm1(value) for value in effects)
    smallest = decision.smallest_effect
    return Cell(
        case_id,
        metric,
        decision.verdict,
        effect=effect,
        low=low,
        high=high,
        p=decision.p,
        smallest_effect=None if smallest is None else expm1(smallest),
        more_runs=decision.more_restarts,
        note=f"over {decision.n} restarts",
    )
