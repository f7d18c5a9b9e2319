"""What a person sees while it runs: which case of how many, its values as they come, and the time left."""

from __future__ import annotations

from shutil import get_terminal_size
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest

from asr_harness.counting import counted
from asr_harness.metrics import by_key, error_rate_of, units
from asr_harness.report import terminal
from asr_harness.report.live import LiveLine
from asr_harness.report.names import short_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.schema import Case, CaseResult
    from asr_harness.schema.journal import JournalEntry

VALUES_WIDTH = 24
SETTING_UP = "loading, then warming up"
"""While a slice and a model are loaded, a machine's peaks measured and a case warmed up."""

COLOURS: Mapping[str, Mapping[str, bool]] = {
    "failed": {"red": True},
    "crashed": {"red": True},
    "oom": {"yellow": True},
    "unavailable": {"yellow": True},
    "interrupted": {"yellow": True},
}
"""pytest's own markup, which honours `--color` and NO_COLOR."""


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
        self._names = short_names(cases[test_id].id for test_id in expected_s)
        self._n_cases = len(expected_s)
        self._n_done = 0
        self._done_expected_s = 0.0
        self._began_s = monotonic()
        writer = reporter._tw  # noqa: SLF001 - pytest has no other way to its stream
        self._line = LiveLine(
            writer._file,  # noqa: SLF001
            is_terminal=bool(reporter.isatty),
            has_colour=writer.hasmarkup,
        )
        # Each case has a line of its own: no file name before it.
        reporter.showfspath = False
        if self._names.shared:
            reporter.write_line(f"all {counted(self._n_cases, 'case')}: {self._names.shared}")

    def starts(self, case: Case) -> None:
        """Show the case that is about to be loaded, where there is a terminal to show it on."""
        self._show(case, SETTING_UP)

    def finished(self, case: Case, entry: JournalEntry) -> None:
        """Write the line of a case: its values, or what became of it instead."""
        self._n_done += 1
        self._done_expected_s += self._expected_s.pop(entry.test_id, 0.0)
        values = entry.outcome if entry.result is None else main_values(entry.result)
        tail = f"  {values:<{VALUES_WIDTH}}{self._left()}"
        head = self._head(self._n_done)
        names = [self._name(case), *self._names.short.values()]
        room = max(get_terminal_size().columns - len(head) - len(tail), terminal.MIN_FIRST_COLUMN)
        width = min(room, max(map(len, names)))
        name, *_ = terminal.shorten(names, width)
        self._line.erase()
        self._reporter.ensure_newline()
        self._reporter.write_line(
            (head + name.ljust(width) + tail).rstrip(), **COLOURS.get(entry.outcome, {})
        )

    def round(self, case: Case, number: int, n_rounds: int) -> None:
        """Show the round that is about to run, where there is a terminal to show it on."""
        self._show(case, f"round {number} of {n_rounds}")

    def _show(self, case: Case, what: str) -> None:
        if self._line.is_live:
            with self._capture.global_and_fixture_disabled():
                self._line.show(f"{self._head(self._n_done + 1)}{self._name(case)}  {what}")

    def _head(self, number: int) -> str:
        return f"[{number:>{len(str(self._n_cases))}}/{self._n_cases}] "

    def _name(self, case: Case) -> str:
        return self._names.short.get(case.id, case.id)

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
