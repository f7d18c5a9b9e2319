"""What a person sees while it runs: which case of how many, its values as they come, and the time left."""

from __future__ import annotations

from shutil import get_terminal_size
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest

from asr_harness.metrics import by_key, error_rate_of, units
from asr_harness.report import terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.schema import Case, CaseResult
    from asr_harness.schema.journal import JournalEntry

VALUES_WIDTH = 24


def terminal_of(config: pytest.Config) -> pytest.TerminalReporter:
    """Find where pytest writes to people."""
    reporter: pytest.TerminalReporter | None = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        raise pytest.UsageError(
            "asr-harness tells its results through the terminal reporter: drop -p no:terminal"
        )
    return reporter


class Progress:
    """Writes one line per finished case, and on a terminal the round that is running."""

    def __init__(
        self, config: pytest.Config, cases: Mapping[str, Case], expected_s: Mapping[str, float]
    ) -> None:
        self._reporter = reporter = terminal_of(config)
        self._capture: Any = config.pluginmanager.get_plugin("capturemanager")
        self._expected_s = dict(expected_s)
        self._ids = [cases[test_id].id for test_id in expected_s]
        self._n_done = 0
        self._done_expected_s = 0.0
        self._began_s = monotonic()
        self._is_live = reporter.isatty
        # Each case has a line of its own: no file name before it.
        reporter.showfspath = False

    def finished(self, case: Case, entry: JournalEntry) -> None:
        """Write the line of a case: its values, or what became of it instead."""
        self._n_done += 1
        self._done_expected_s += self._expected_s.pop(entry.test_id, 0.0)
        values = entry.outcome if entry.result is None else main_values(entry.result)
        tail = f"  {values:<{VALUES_WIDTH}}{self._left()}"
        n_cases = len(self._ids)
        head = f"[{self._n_done:>{len(str(n_cases))}}/{n_cases}] "
        room = max(get_terminal_size().columns - len(head) - len(tail), terminal.MIN_FIRST_COLUMN)
        width = min(room, max(map(len, self._ids), default=0))
        name, *_ = terminal.shorten([case.id, *self._ids], width)
        self._erase()
        self._reporter.ensure_newline()
        self._reporter.write_line((head + name.ljust(width) + tail).rstrip())

    def round(self, case: Case, number: int, n_rounds: int) -> None:
        """Show the round that is about to run, where there is a terminal to show it on."""
        if not self._is_live:
            return
        with self._capture.global_and_fixture_disabled():
            self._reporter.rewrite(
                f"[{self._n_done + 1}/{len(self._ids)}] {case.id} {number}/{n_rounds}", erase=True
            )

    def _erase(self) -> None:
        if self._is_live:
            self._reporter.rewrite("", erase=True)

    def _left(self) -> str:
        if not self._expected_s:
            return ""
        remaining_s = sum(self._expected_s.values())
        # The forecast is rough, but it is rough alike for all cases of a machine.
        pace = (monotonic() - self._began_s) / self._done_expected_s if self._done_expected_s else 1.0
        return f"{units.duration(remaining_s * pace):>7} left"


def main_values(result: CaseResult) -> str:
    """Say the main values of a measured case in one line."""
    latency, rtf, quality = by_key("latency"), by_key("rtf"), error_rate_of(result)
    line = f"{latency.written(latency.read(result))}/utt  {rtf.title} {rtf.written(rtf.read(result))}"
    error_rate = quality.read(result)
    return line if error_rate is None else f"{line}  {quality.title} {quality.written(error_rate)}"
