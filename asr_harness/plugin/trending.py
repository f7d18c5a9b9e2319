"""Steps and creeps of latency over the newest commits, told at the end of a session that adds to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asr_harness.judge.trends import judge_trends
from asr_harness.metrics import latency
from asr_harness.report import trends
from asr_harness.report.escaping import terminal
from asr_harness.runs.former import recent_commits
from asr_harness.runs.summary import columns_of

if TYPE_CHECKING:
    from pathlib import Path

    from asr_harness.plugin.ledger import Ledger

N_COMMITS = 30
"""A step that was accepted is no longer told once it is so many commits old."""
MAX_LINES = 4


class Trending:
    """Writes a section where a row that this session measured shows a step or a creep, and else nothing."""

    def __init__(self, storage: Path, ledger: Ledger) -> None:
        self._storage, self._ledger = storage, ledger

    # After the session's own table and its comparison.
    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the section."""
        if self._ledger.entries and (told := lines(self._storage, self._ledger.session_id)):
            terminalreporter.section(f"latency over the newest {N_COMMITS} commits")
            for line in told:
                terminalreporter.write_line(terminal(line))


def lines(storage: Path, session_id: str) -> list[str]:
    """Give a line for each step and creep of the rows of a session; none if it is not saved in `storage`."""
    runs = recent_commits(storage, N_COMMITS, columns_of([latency.METRIC], judged=True))
    own = [run for run in runs if session_id in run.head.session_ids]
    if not own:
        return []
    rows = {case.group for run in own for case in run.cases}
    shown = [
        trend
        for trend in judge_trends(runs, latency.METRIC)
        if trend.row in rows and trend.labels[-1] == own[-1].label and trend.drift.kind != "steady"
    ]
    told = [f"{row}: {kind}, {change}, {where}" for row, _, kind, change, where in trends.lines(shown)]
    n_more = len(told) - MAX_LINES
    more = [f"and {n_more} more: `asr-harness history --judge` has all"] if n_more > 0 else []
    return [*told[:MAX_LINES], *more]
