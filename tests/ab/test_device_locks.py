"""The driver of live workers locks devices for both, and a worker waits until they are locked."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from asr_harness.ab.protocol import ASKED_VARIABLE, LOCKED, Devices, Ended
from asr_harness.ab.worker import Worker
from asr_harness.plugin.ledger import Ledger
from asr_harness.plugin.live import Live

LOCKS = ("cpu", "cuda-GPU-1")


class Connection:
    """What comes, in order, and a note of what was sent."""

    def __init__(self, *comes: object) -> None:
        self.comes, self.events = list(comes), []

    def poll(self, _: float = 0.0) -> bool:
        return True

    def recv(self) -> object:
        self.events.append("received")
        return self.comes.pop(0)

    def send(self, message: object) -> None:
        self.events.append(message)


def worker(connection: Connection, **fields: Any) -> Worker:
    process = SimpleNamespace(poll=lambda: None, wait=lambda _: 0, returncode=0)
    return Worker("base", "a worker", process, connection, Path("log"), has_begun=True, **fields)  # type: ignore[arg-type]


def test_a_worker_goes_on_once_the_driver_has_its_devices() -> None:
    connection = Connection(Devices(LOCKS), Ended("", "", ""))
    taken = worker(connection, lock=lambda names: connection.events.append(f"lock {' '.join(names)}"))
    assert taken.next_case() == Ended("", "", "")
    assert connection.events == ["received", "lock cpu cuda-GPU-1", (LOCKED, 0), "received"]


def test_a_worker_that_waits_before_its_cases_waits_for_devices_too() -> None:
    connection = Connection(Devices(LOCKS), Ended("", "", ""))
    taken = worker(connection, lock=lambda names: connection.events.append("lock"))
    assert taken.next_gate() is None
    assert connection.events == ["received", "lock", (LOCKED, 0), "received"]


def test_without_a_lock_a_worker_waits_for_nothing() -> None:
    connection = Connection(Devices(LOCKS), Ended("", "", ""))
    worker(connection).next_case()
    assert connection.events == ["received", (LOCKED, 0), "received"]


@pytest.mark.parametrize(
    ("asked", "events"), [("imports,devices", [Devices(LOCKS), "received"]), ("imports", [])]
)
def test_a_session_asks_its_driver_for_devices_if_that_knows_of_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, asked: str, events: list[object]
) -> None:
    connection = Connection((LOCKED, 0))
    monkeypatch.setattr("asr_harness.plugin.live.connect", lambda _: connection)
    monkeypatch.setenv(ASKED_VARIABLE, asked)
    Live("address", Ledger(tmp_path, None)).wait_for_devices(LOCKS)  # type: ignore[arg-type]
    assert connection.events == events
