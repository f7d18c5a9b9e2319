"""A session under a driver: each case waits for its turns instead of running through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from asr_harness.ab.protocol import (
    BEGIN,
    CASES,
    DEVICES,
    FINISH,
    GATES,
    GO,
    IMPORTS,
    LOCKED,
    STARTS,
    STOP,
    TRY,
    TURN,
    VARIABLES,
    Begun,
    Changed,
    Devices,
    Ended,
    Imported,
    Ready,
    Saved,
    Selected,
    Turn,
    asked,
    connect,
)
from asr_harness.errors import AbError
from asr_harness.measure.imports import imported_files
from asr_harness.processes import changed_variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from multiprocessing.connection import Connection

    from asr_harness.measure.run import MeasuredRun
    from asr_harness.plugin.ledger import Ledger
    from asr_harness.schema import CaseResult


class Live:
    """The connection to the driver, and what it hears of cases that end without rounds."""

    def __init__(self, address: str, ledger: Ledger) -> None:
        self._connection: Connection = connect(address)
        self._ledger = ledger
        self._told: set[str] = set()
        self._told_files: dict[str, str] = {}
        self._has_told_cases = False

    def run(self, test_id: str, case_id: str, slice_fingerprint: str, run: MeasuredRun) -> LiveRun:
        """Put a case under the driver."""
        return LiveRun(self, (test_id, case_id, slice_fingerprint), run)

    @property
    def n_cases(self) -> int:
        """How many cases of this session have turns to wait for."""
        return len(self._ledger.selected.keys() - self._ledger.entries.keys() | self._told)

    def wait_for_devices(self, locks: Iterable[str]) -> None:
        """Wait until the driver has locked the devices: it times on them for both sides."""
        if DEVICES in asked():
            self._connection.send(Devices(tuple(locks)))
            self.wait(LOCKED)

    def ready(self, ready: Ready, try_round: Callable[[], float]) -> int:
        """Say that a case is ready, and wait for the number of its rounds; 0 if the other side has none."""
        self._told.add(ready.test_id)
        self._tell_what_is_asked()
        self._connection.send(ready)
        while True:
            word, number = self.wait(TRY, GO)
            if word == GO:
                return number
            self._connection.send(Turn(try_round(), 0.0, {}))

    def wait(self, *for_what: str) -> tuple[str, int]:
        """Wait for the driver's next word, which must be one of these."""
        try:
            word, number = self._connection.recv()
        except (EOFError, ConnectionError):
            pytest.exit("the driver of this live session is gone", returncode=2)
        if word == STOP:
            pytest.exit("ended by the driver", returncode=2)
        if word not in for_what:
            raise AbError(f"the driver said {word!r} where {' or '.join(for_what)} was due")
        return str(word), int(number)

    def send(self, turn: Turn) -> None:
        """Give what a round took."""
        self._connection.send(turn)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Tell that a case begins, so that the driver knows where the process died; wait where it asks to."""
        if STARTS in asked() and nodeid in self._ledger.selected:
            self._tell_cases()
            self._connection.send(Begun(nodeid))
            if GATES in asked():
                self.wait(BEGIN)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Tell of a case that ended before it was ready."""
        entry = self._ledger.entries.get(nodeid)
        if nodeid in self._ledger.selected and nodeid not in self._told:
            self._told.add(nodeid)
            outcome, reason = (entry.outcome, entry.reason) if entry else ("failed", "its set-up failed")
            self._tell_what_is_asked()
            self._connection.send(Ended(nodeid, outcome, reason or ""))

    # Last of all, so that the `asr` block is in it.
    @pytest.hookimpl(trylast=True)
    def pytest_benchmark_update_json(self, output_json: dict[str, Any]) -> None:
        """Hand the run over as it is saved."""
        from pytest_benchmark.utils import safe_dumps

        self._connection.send(Saved(safe_dumps(output_json)))  # type: ignore[no-untyped-call]

    def pytest_sessionfinish(self) -> None:
        """Say that there are no more cases."""
        self._tell_what_is_asked()
        self._connection.send(Ended("", "", ""))

    # Whatever order a plug-in or the grid gives, both sides come to their cases in one.
    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Sort the cases."""
        items.sort(key=lambda item: item.nodeid.partition("[")[2])

    def _tell_cases(self) -> None:
        if CASES in asked() and self._ledger.selected and not self._has_told_cases:
            self._has_told_cases = True
            self._connection.send(Selected({name: case.id for name, case in self._ledger.selected.items()}))

    def _tell_what_is_asked(self) -> None:
        self._tell_cases()
        if VARIABLES in asked():
            self._connection.send(Changed(changed_variables()))
        if IMPORTS in asked():
            files = imported_files()
            self._connection.send(Imported({name: files[name] for name in files.keys() - self._told_files}))
            self._told_files = files


class LiveRun:
    """One case, whose rounds begin when the driver says so."""

    def __init__(self, live: Live, names: tuple[str, str, str], run: MeasuredRun) -> None:
        self._live, self._names, self._run = live, names, run
        self._n_done = 0

    def warm_up(self) -> int:
        """Warm up, and ask the driver how many rounds to run."""
        n_planned = self._run.warm_up()
        ready = Ready(*self._names, self._run.warm_up_s, self._live.n_cases, n_planned)
        n_rounds = self._live.ready(ready, self._run.try_round)
        if not n_rounds:
            pytest.skip("the other side has no such case")
        return n_rounds

    def calibrate(self) -> None:
        """Give what the last round took, wait for the next turn, and begin it with the calibration kernel."""
        self._report()
        self._live.wait(TURN)
        self._run.calibrate()

    def run_round(self) -> None:
        """Transcribe the slice once."""
        self._run.run_round()

    def result(self) -> CaseResult:
        """Wait until the other side's rounds are over, and give what was measured."""
        self._report()
        self._live.wait(FINISH)
        return self._run.result()

    def _report(self) -> None:
        rounds = self._run.rounds
        if len(rounds) > self._n_done:
            self._n_done = len(rounds)
            last = rounds[-1]
            self._live.send(
                Turn(
                    last.latency_s,
                    last.calibration_s,
                    {str(stage): seconds for stage, seconds in last.stage_s.items()},
                )
            )
