"""From restarts to a comparison: times from the turns, all else as `compare` judges the saved runs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from asr_harness.ab.latency import (
    LATENCY,
    NOT_BY_TURNS,
    alphas,
    in_latency,
    of_latency,
    together_decisions,
)
from asr_harness.compare import Cell, Comparison, compare
from asr_harness.compare.sides import outcome_cell
from asr_harness.saved import parse_run
from asr_harness.stats import as_change
from asr_harness.stats.sequential import decide_all
from asr_harness.types import STAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.ab.schedule import Side
    from asr_harness.ab.session import Findings
    from asr_harness.saved import SavedRun
    from asr_harness.stats.sequential import Decision

NO_RUNS = "times alone are judged: a commit's asr-harness is too old to hand over its runs"
CHANGED = ("regression", "improvement")


def judge(findings: Findings) -> Comparison:
    """Put together what restarts tell of times, and saved runs of everything else.

    Raises RuleError where a rule speaks of nothing.
    """
    chosen, latency = findings.chosen, findings.decisions()
    cells = [_cell(name, LATENCY, found) for name, found in latency.items()]
    cells += [
        replace(_cell(name, LATENCY, found), gated=found.verdict != "inconclusive")
        for name, found in together_decisions(findings).items()
    ]
    cells += _stage_cells(findings, latency)
    cells += [_lost(case_id, *what) for case_id, what in findings.lost.items()]
    if not all(findings.runs.values()):
        n_restarts = max((decision.n for decision in latency.values()), default=0)
        n_runs = n_restarts, n_restarts
        return Comparison("base", "candidate", n_runs, chosen.alpha, tuple(cells), (NO_RUNS,))
    shares = alphas(findings)
    found = compare(
        findings.runs["base"],
        findings.runs["candidate"],
        rules=of_latency(chosen.rules),
        trades=[replace(trade, gain=in_latency(trade.gain)) for trade in of_latency(chosen.trades)],
        alpha=shares["rest"] + shares.get("quality", 0.0),
        across=("weights", "decoding"),
        timed=cells,
    )
    left = [rule.text for rule in chosen.rules if rule.metric in NOT_BY_TURNS]
    told = [f"left to compare on saved runs, as ab does not judge it: {', '.join(left)}"] if left else []
    return replace(found, alpha=chosen.alpha, notes=(*told, *found.notes))


def read_run(name: str, text: str) -> SavedRun:
    """Take a run as a worker of this name hands it over. Raises RecordError."""
    return parse_run(Path(f"the run of {name}"), json.loads(text))


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
    found = decide_all(
        values,
        findings.looks,
        alpha=alphas(findings)["stages"],
        tolerance=findings.tolerance,
        margin=findings.margin,
    )
    return [
        replace(_cell(name, stage, decision), gated=False, more_runs=None, note="")
        for (name, stage), decision in found.items()
        if latency[name].verdict in CHANGED
    ]


def _cell(case_id: str, metric: str, decision: Decision) -> Cell:
    effects = (decision.estimate, decision.low, decision.high)
    effect, low, high = (None if value is None else as_change(value) for value in effects)
    smallest = decision.minimum_detectable_effect
    return Cell(
        case_id,
        metric,
        decision.verdict,
        effect=effect,
        low=low,
        high=high,
        p=decision.p,
        smallest_effect=None if smallest is None else as_change(smallest),
        more_runs=decision.more_forks,
        note=f"over {decision.n} restarts",
    )
