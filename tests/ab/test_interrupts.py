"""A signal is heeded even where Python drops what its handler raises."""

import gc
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing import Pipe
from pathlib import Path

import pytest

from asr_harness.ab import interrupts
from asr_harness.ab.worker import CaseDiedError, Worker
from asr_harness.errors import AbError


class Finalised:
    """Signals its own process where nothing can be raised."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        os.kill(os.getpid(), self.number)


@pytest.fixture(autouse=True)
def heeded() -> Iterator[None]:
    """As in the foreground: a suite that was started in the background may ignore interrupts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[Worker]:
    """A worker that runs and says nothing."""
    ours, theirs = Pipe()
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    with ours, theirs, subprocess.Popen(command) as process:
        yield Worker("base", "the worker of base", process, ours, tmp_path / "log")
        process.kill()


@pytest.mark.parametrize(
    ("number", "raised"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)]
)
def test_a_signal_amid_a_finaliser_still_ends_the_wait_for_a_worker(
    silent: Worker, number: int, raised: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    dropped: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda lost: dropped.append(lost.exc_type))
    with interrupts.remembered():
        Finalised(number)
        gc.collect()
        assert dropped == [raised]
        with pytest.raises(raised):
            silent.receive(timeout_s=10)


def test_a_worker_that_hangs_up_and_goes_on_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asr_harness.ab.worker.GRACE_S", 0.01)
    (tmp_path / "log").touch()
    ours, theirs = Pipe()
    theirs.close()
    with ours, subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as process:
        worker = Worker("base", "the worker of base", process, ours, tmp_path / "log")
        try:
            with pytest.raises(AbError, match="the worker of base hung up and went on"):
                worker.receive()
        finally:
            process.kill()


def test_a_worker_that_died_before_it_is_told_to_go_on_died_in_its_case(tmp_path: Path) -> None:
    (tmp_path / "log").touch()
    ours, theirs = Pipe()
    theirs.close()
    code = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    with ours, subprocess.Popen([sys.executable, "-c", code]) as process:
        process.wait()
        worker = Worker("base", "the worker of base", process, ours, tmp_path / "log", current="a case")
        worker.go(3)
        with pytest.raises(CaseDiedError, match="died in a case: its process was ended by SIGSEGV"):
            worker.turn(1.0)


def test_a_termination_ends_with_the_status_that_shells_give() -> None:
    with interrupts.remembered(), pytest.raises(SystemExit) as ended:
        signal.raise_signal(signal.SIGTERM)
    assert ended.value.code == 128 + signal.SIGTERM


def test_nothing_is_remembered_afterwards() -> None:
    with interrupts.remembered(), suppress(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    interrupts.check()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_signal_that_is_ignored_stays_so() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interrupts.remembered():
            signal.raise_signal(signal.SIGINT)
            interrupts.check()
    finally:
        signal.signal(signal.SIGINT, before)
