"""What `asr-harness ab` says while it runs and at its end, in lines for a terminal."""

from __future__ import annotations

from math import ceil
from statistics import median
from textwrap import wrap
from typing import TYPE_CHECKING

from asr_harness.ab.latency import LATENCY, together_decisions
from asr_harness.metrics import units
from asr_harness.report import verdicts
from asr_harness.report.terminal import table
from asr_harness.stats import as_change, standard_deviation
from asr_harness.stats.sequential import MIN_FORKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from asr_harness.ab.estimate import LogRatio
    from asr_harness.ab.session import Findings
    from asr_harness.compare import Comparison
    from asr_harness.stats.sequential import Decision

HEADERS = ("case", "verdict", "latency", "interval", "could see", "n")


def progress(number: int, decisions: Mapping[str, Decision], left_s: float) -> str:
    """Say after a restart how many cases are decided, and which is slowest so far."""
    said = f"restart {number}: {_n_decided(decisions)} of {len(decisions)} cases decided"
    if decisions:
        name, worst = max(decisions.items(), key=lambda item: item[1].estimate or 0.0)
        said += f"; slowest {name} {_percent(worst.estimate)} % [{_interval(worst)}]"
    return f"{said}; {units.duration(left_s)} left"


def too_short(n_restarts: int, restart_s: float) -> str | None:
    """Warn where the budget holds fewer restarts of a length than a verdict needs."""
    if n_restarts >= MIN_FORKS:
        return None
    takes = f"a restart takes {units.duration(restart_s)}, and a verdict needs {MIN_FORKS}"
    enough = f"--budget {ceil(MIN_FORKS * restart_s * 1.1 / units.MINUTE_S)}m"
    return f"{takes}: this may end undecided; give {enough}, or select fewer cases"


def conclusion(findings: Findings, comparison: Comparison, width: int) -> list[str]:
    """Lay out the latency of every case, the slowest first, then all else that was judged."""
    decisions = findings.decisions()
    said = [""]
    if decisions:
        said += [
            *_latencies(together_decisions(findings) | decisions, width),
            *_spreads(findings.ratios.values(), width),
        ]
    said += _more_restarts(decisions.values(), width)
    others = [cell for cell in comparison.cells if cell.metric != LATENCY]
    said += verdicts.sections(others, width)
    left_out = [f"left out: {test_id}: {reason}" for test_id, reason in findings.left_out.items()]
    for line in (*left_out, *comparison.notes):
        said += wrap(line, width, subsequent_indent="  ")
    return [*said, *verdicts.ending(comparison, width)]


def _latencies(decisions: Mapping[str, Decision], width: int) -> list[str]:
    rows = [
        (
            name,
            decision.verdict,
            f"{_percent(decision.estimate)} %",
            _interval(decision),
            units.UNMEASURED
            if decision.minimum_detectable_effect is None
            else f"{_percent(decision.minimum_detectable_effect).lstrip('+')} %",
            str(decision.n),
        )
        for name, decision in sorted(decisions.items(), key=lambda item: -(item[1].estimate or 0.0))
    ]
    return table(HEADERS, rows, width)


def _spreads(ratios: Iterable[Sequence[LogRatio]], width: int) -> list[str]:
    """Say how much restarts differ, by the raw log ratios that were judged and by the calibrated ones."""
    told = [ones for ones in ratios if len(ones) > 1]
    if not told:
        return []
    raw = [standard_deviation([one.raw for one in ones]) or 0.0 for ones in told]
    calibrated = [standard_deviation([one.calibrated for one in ones]) or 0.0 for ones in told]
    differ = f"{median(raw):.1%} (calibrated {median(calibrated):.1%}, not used)"
    said = f"n restarts, which differ by {differ}; intervals hold for all cases and looks together"
    return wrap(said, width)


def _more_restarts(decisions: Iterable[Decision], width: int) -> list[str]:
    undecided = [decision for decision in decisions if decision.verdict == "inconclusive"]
    told = [decision.more_forks for decision in undecided if decision.more_forks is not None]
    if not told:
        return []
    lacking = verdicts.more(max(told), "restart")
    return wrap(f"about {lacking} would decide {len(told)} of {len(undecided)} open cases", width)


def _n_decided(decisions: Mapping[str, Decision]) -> int:
    return sum(decision.verdict != "inconclusive" for decision in decisions.values())


def _percent(log_ratio: float | None) -> str:
    return units.UNMEASURED if log_ratio is None else verdicts.number(as_change(log_ratio), LATENCY)


def _interval(decision: Decision) -> str:
    if decision.low is None or decision.high is None:
        return "not yet bounded"
    return f"{_percent(decision.low)} to {_percent(decision.high)}"
