"""Running the cases one by one: fixtures, outcomes on disk, and a line for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from asr_harness import devices
from asr_harness.errors import UnavailableError
from asr_harness.plugin import options
from asr_harness.plugin.progress import Progress
from asr_harness.types import Case

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from asr_harness.plugin.ledger import Ledger
    from asr_harness.plugin.live import Live
    from asr_harness.plugin.runs import Run
    from asr_harness.plugin.workbench import Workbench
    from asr_harness.systems import LoadedSystem
    from asr_harness.types import Outcome, Slice

SKIPPED_OUTCOMES = ("oom", "unavailable", "too_big")
"""What a machine cannot do is found out, not failed."""


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
    def asr_run(self, request: pytest.FixtureRequest, asr_case: Case) -> Iterator[Run]:
        """The case, loaded and warmed up, to be measured round by round."""
        case_id = request.node.nodeid
        if case_id in self._ledger.replayed:
            yield self._ledger.replayed[case_id]
            return
        entry = self._ledger.entries.get(case_id)
        if entry is not None:
            pytest.fail(f"{entry.outcome}: {entry.reason} (required by --asr-require-device)", pytrace=False)
        run = self._workbench.run(asr_case, self._show_round(asr_case))
        if self._live is None:
            yield run
        else:
            fingerprint = self._workbench.slice(asr_case.bucket).fingerprint
            yield self._live.run(case_id, asr_case.id, fingerprint, run)
        run.release()
        self._workbench.settle()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, object, object]:
        """Note the outcome of a case that ends while it is set up."""
        return (yield from self._watched(item))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Note the outcome of a case, on disk before the next one starts."""
        result = yield from self._watched(item)
        benchmark = getattr(item, "funcargs", {}).get("benchmark")
        if item.nodeid in self._ledger.selected and benchmark is not None and benchmark.stats:
            self._finish(item.nodeid, tuple(benchmark.stats.stats.data), benchmark.extra_info)
        return result

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
                self._ledger.record(item.nodeid, "failed", f"{type(error).__name__}: {error}".strip())
            raise
        except BaseException as error:
            if item.nodeid not in self._ledger.selected:
                raise
            case = self._ledger.selected[item.nodeid]
            outcome, reason = _outcome(error, case.device), f"{type(error).__name__}: {error}".strip()
            self._ledger.record(item.nodeid, outcome, reason)
            self._tell(item.nodeid, None, outcome)
            if outcome not in SKIPPED_OUTCOMES:
                raise
        # Outside the except clause nothing refers to the tensors of the failed call any more.
        self._workbench.clear()
        pytest.skip(f"{outcome}: {reason}")

    def _finish(self, case_id: str, rounds_s: tuple[float, ...], extra_info: Mapping[str, Any]) -> None:
        if case_id not in self._ledger.replayed:
            self._ledger.record(case_id, "measured", rounds_s=rounds_s, extra_info=extra_info)
        self._tell(case_id, extra_info, "")

    def _tell(self, case_id: str, extra_info: Mapping[str, Any] | None, note: str) -> None:
        if self._progress is not None:
            self._progress.finished(case_id, self._ledger.selected[case_id], extra_info, note)

    def _show_round(self, case: Case) -> Any:
        progress = self._progress
        return (lambda *_: None) if progress is None else lambda number, n: progress.round(case, number, n)


def _outcome(error: BaseException, device: str) -> Outcome:
    if isinstance(error, UnavailableError):
        return "unavailable"
    if devices.recorded(device).is_out_of_memory(error):
        return "oom"
    return "failed" if isinstance(error, Exception) else "interrupted"
