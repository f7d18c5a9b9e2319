"""Running the cases one by one: fixtures, outcomes on disk, and a line for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from asr_harness import devices
from asr_harness.errors import AsrHarnessError, RecordError, UnavailableError
from asr_harness.measure.process_state import around_a_test
from asr_harness.plugin import options
from asr_harness.plugin.case_run import CaseRun
from asr_harness.plugin.failures import Writers
from asr_harness.plugin.progress import Progress, terminal_of
from asr_harness.schema import Case
from asr_harness.schema.journal import JournalEntry
from asr_harness.schema.part import savable_text

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

    from asr_harness.corpora import Slice
    from asr_harness.plugin.ledger import Ledger
    from asr_harness.plugin.live import Live
    from asr_harness.plugin.workbench import Workbench
    from asr_harness.schema import CaseResult, Outcome
    from asr_harness.systems import LoadedSystem

SKIPPED_OUTCOMES = ("oom", "unavailable", "too_big")
"""What a machine cannot do is found out, not failed."""
NOT_TAKEN = "the benchmark never took `asr_run.extra_info()`, which holds what is saved"


class Running:
    """Hands each case its run and notes what became of it."""

    def __init__(
        self, config: pytest.Config, ledger: Ledger, workbench: Workbench, live: Live | None = None
    ) -> None:
        self._config = config
        self._live = live
        self._ledger = ledger
        self._workbench = workbench
        self._progress: Progress | None = None
        self._shown: set[str] = set()

    def begin(self, expected_s: Mapping[str, float]) -> None:
        """Start the clock of the session; `expected_s` has the seconds of each case that will run."""
        if not options.flag(self._config, "quiet"):
            self._progress = Progress(self._config, self._ledger.selected, expected_s)

    @pytest.fixture
    def asr_case(self, model: str, device: str, bucket: str, batch_size: int, variant: str) -> Case:
        """The case that this test measures."""
        return Case(model, device, bucket, batch_size, variant)

    @pytest.fixture
    def asr_slice(self, asr_case: Case) -> Slice:
        """The utterances of the case's bucket."""
        return self._workbench.slice(asr_case.bucket)

    @pytest.fixture
    def asr_model(self, asr_case: Case) -> LoadedSystem:
        """The case's model, loaded on its device."""
        return self._workbench.model(asr_case)

    @pytest.fixture
    def asr_run(self, request: pytest.FixtureRequest, asr_case: Case) -> Iterator[CaseRun]:
        """The case, loaded, to be warmed up and measured round by round."""
        test_id = request.node.nodeid
        if test_id in self._ledger.replayed:
            yield CaseRun(self._ledger.replayed[test_id])
            return
        entry = self._ledger.entries.get(test_id)
        if entry is not None:
            why = " (required by --asr-require-device)" if entry.outcome == "unavailable" else ""
            pytest.fail(f"{entry.outcome}: {entry.reason}{why}", pytrace=False)
        with around_a_test():
            run = self._workbench.run(asr_case, self._show_round(asr_case))
            if self._live is None:
                yield CaseRun(run)
            else:
                fingerprint = self._workbench.slice(asr_case.bucket).fingerprint
                yield CaseRun(self._live.run(test_id, asr_case.id, fingerprint, run))
            run.release()
        self._workbench.settle()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        """Note that a case starts, and the outcome of one that ends while it is set up."""
        if item.nodeid in self._ledger.selected.keys() - self._ledger.entries.keys():
            self.starts(item.nodeid)
        return (yield from self._watched(item))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Note the outcome of a case, on disk before the next one starts."""
        result = yield from self._watched(item)
        values = getattr(item, "funcargs", {})
        benchmark, run = values.get("benchmark"), values.get("asr_run")
        if item.nodeid in self._ledger.selected and run is not None and benchmark and benchmark.stats:
            self._finish(item.nodeid, tuple(benchmark.stats.stats.data), run.result)
        return result

    # Once pytest-benchmark has noted its own, which it does with each report.
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        """Let pytest-benchmark not warn that a case which failed did not use it."""
        benchmark = getattr(item, "funcargs", {}).get("benchmark")
        entry = self._ledger.entries.get(item.nodeid)
        if benchmark is not None and entry is not None and entry.result is None:
            benchmark.skipped = True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Show a case that failed by what its user can mend; `--full-trace` shows every frame."""
        report = yield
        error = None if call.excinfo is None else call.excinfo.value
        if error is None or not report.failed or self._config.option.fulltrace:
            return report
        if item.nodeid in self._ledger.selected and not isinstance(error, pytest.fail.Exception):
            case = self._ledger.selected[item.nodeid]
            report.longrepr = self._writers(item).described(error, case) or report.longrepr
        return report

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Leave out the letters of cases: they have lines of their own, or a place in the table."""
        if report.nodeid not in self._ledger.selected or report.failed:
            return None
        if report.skipped:
            return "skipped", "", "SKIPPED"
        return ("passed", "", "PASSED") if report.when == "call" else ("", "", "")

    def _watched(self, item: pytest.Item) -> Generator[None, object, object]:
        try:
            return (yield)
        except pytest.skip.Exception:
            raise
        except pytest.fail.Exception as error:
            # As pytest-timeout ends a case.
            if item.nodeid in self._ledger.selected and item.nodeid not in self._ledger.entries:
                self._record(JournalEntry(item.nodeid, "failed", _told(error)))
            raise
        except BaseException as error:
            if item.nodeid not in self._ledger.selected:
                raise
            case = self._ledger.selected[item.nodeid]
            outcome = _outcome(error, case.device)
            reason = _told(error, self._writers(item).method(error))
            self._record(JournalEntry(item.nodeid, outcome, reason))
            if outcome not in SKIPPED_OUTCOMES:
                raise
        # Outside the except clause nothing refers to the tensors of the failed call any more.
        self._workbench.clear()
        pytest.skip(f"{outcome}: {reason}")

    def _writers(self, item: pytest.Item) -> Writers:
        source = self._workbench.plan.sources[self._ledger.selected[item.nodeid].model]
        return Writers(source, str(item.path))

    def _finish(self, test_id: str, rounds_s: tuple[float, ...], result: CaseResult | None) -> None:
        if result is None:
            self._record(JournalEntry(test_id, "failed", NOT_TAKEN))
            pytest.fail(NOT_TAKEN, pytrace=False)
        self._record(JournalEntry(test_id, "measured", rounds_s=rounds_s, result=result))

    def starts(self, test_id: str) -> None:
        """Note on disk that a case is about to run, here or in another process, and show it."""
        self._on_disk(lambda: self._ledger.start(test_id))
        if self._progress is not None:
            self._progress.starts(self._ledger.selected[test_id])

    def take(self, entry: JournalEntry) -> None:
        """Note what another process found of a case, and show it now rather than when it is replayed."""
        self._on_disk(lambda: self._ledger.take(entry))
        self._shown.add(entry.test_id)
        self._show(entry)

    def _record(self, entry: JournalEntry) -> None:
        if entry.test_id in self._ledger.replayed:
            self._ledger.was_replayed(entry)
        else:
            self._on_disk(lambda: self._ledger.record(entry))
        if entry.test_id not in self._shown:
            self._show(entry)

    def _show(self, entry: JournalEntry) -> None:
        if self._progress is not None:
            self._progress.finished(self._ledger.selected[entry.test_id], entry)

    def _on_disk(self, write: Callable[[], None]) -> None:
        """Write to the journal; a full disk is told, and the session goes on: its end may find room."""
        try:
            write()
        except RecordError as error:
            terminal_of(self._config).ensure_newline()
            terminal_of(self._config).write_line(f"ERROR: {error}", red=True)

    def _show_round(self, case: Case) -> Any:
        progress = self._progress
        return (lambda *_: None) if progress is None else lambda number, n: progress.round(case, number, n)


def _told(error: BaseException, where: str | None = None) -> str:
    """Say an error in a line; `where` is the function of a user's that raised it."""
    try:
        message = str(error)
    except Exception as fault:  # noqa: BLE001 - another's `__str__` may fail in any way
        message = f"(its message fails with {type(fault).__name__})"
    is_placed = where is not None and not isinstance(error, AsrHarnessError)
    place = f" (in {where})" if is_placed else ""
    return savable_text(f"{type(error).__name__}: {message}".strip() + place)


def _outcome(error: BaseException, device: str) -> Outcome:
    if isinstance(error, UnavailableError):
        return "unavailable"
    if devices.recorded(device).is_out_of_memory(error):
        return "oom"
    # What else is no Exception, such as a transcriber's `sys.exit`, ends its test and not the session.
    return "interrupted" if isinstance(error, KeyboardInterrupt | pytest.exit.Exception) else "failed"
