"""The driver's end of one live worker: a pytest session in its side's worktree."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Listener
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from asr_harness.ab import git, interrupts
from asr_harness.ab.imports import check_own
from asr_harness.ab.large_pages import with_large_pages
from asr_harness.ab.neighbours import arguments_for
from asr_harness.ab.paths import as_variable, python_path
from asr_harness.ab.protocol import (
    ASKED_VARIABLE,
    BEGIN,
    CASES,
    DEVICES,
    FINISH,
    GO,
    IMPORTS,
    KEY_VARIABLE,
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
)
from asr_harness.errors import AbError, RecordError
from asr_harness.processes import end_group, last_lines
from asr_harness.runs import deaths
from asr_harness.runs.scratch import socket_folder
from asr_harness.schema import parse_run
from asr_harness.schema.run import decode_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from multiprocessing.connection import Connection

    from asr_harness.ab.protocol import Message
    from asr_harness.ab.worktrees import Worktree
    from asr_harness.ab.zygote import Forked, Nursery, Zygote
    from asr_harness.judge.evidence import Side
    from asr_harness.schema import Outcome, RunFile

    Lock = Callable[[Iterable[str]], None]

ByTheWay = Saved | Imported | Selected | Begun | Changed | Devices
START_TIMEOUT_S = 600.0
LEAST_TIMEOUT_S = 120.0
PATIENCE = 10
POLL_S = 0.5
GRACE_S = 5.0
"""From hanging up, or being told to end, until a process has ended."""

LOG_LINES = 15
TOO_OLD = (
    "does not tell what it imported, so that nobody knows whose code it ran: its asr-harness is older than "
    "0.2.0. Let both sides run with the one that is installed, or give each side a newer one by --environment"
)


class CaseDiedError(AbError):
    """A worker's process died in a case: its two ids, that of its test first, the outcome and the reason."""

    def __init__(self, message: str, side: Side, ids: tuple[str, str], outcome: Outcome, reason: str) -> None:
        super().__init__(message)
        self.side, self.outcome, self.reason = side, outcome, reason
        self.test_id, self.case_id = ids


@dataclass(slots=True)
class Worker:
    """One side's live process; `name` says which for messages, `saved` is the text of its run at last."""

    side: Side
    name: str
    process: subprocess.Popen[bytes] | Forked
    connection: Connection
    log: Path
    worktree: Worktree | None = None
    path: tuple[Path, ...] = ()
    saved: str | None = None
    case_ids: Mapping[str, str] | None = None
    current: str | None = None
    n_oom_kills: int | None = None
    has_told_imports: bool = False
    nursery: Nursery | None = None
    has_begun: bool = False
    lock: Lock | None = None

    def receive(self, timeout_s: float = START_TIMEOUT_S) -> Message:
        """Wait for the worker. Raises AbError if it is silent too long or ends, CaseDiedError in a case."""
        deadline = monotonic() + timeout_s
        try:
            while not self.connection.poll(POLL_S):
                interrupts.check()
                if self.process.poll() is not None and not self.connection.poll():
                    raise EOFError
                if monotonic() > deadline:
                    raise AbError(
                        f"{self.name} said nothing for {timeout_s:.0f} s and was ended{self._last_lines()}"
                    )
            message: Message = self.connection.recv()
        except (EOFError, ConnectionError):
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(GRACE_S)
            status = self.process.returncode
            if status is not None and self.current is not None:
                raise self._died(status, self.current) from None
            ended = "hung up and went on" if status is None else f"ended with status {status}"
            raise AbError(f"{self.name} {ended}{self._last_lines()}") from None
        return message

    def _died(self, status: int, test_id: str) -> CaseDiedError:
        is_oom = deaths.has_risen(self.n_oom_kills, deaths.count_oom_kills())
        outcome, reason = deaths.of_status(status, is_oom=is_oom)
        last_line = _last_words(self.log).rpartition("\n")[2].strip()
        reason += f" (its last words: {last_line})" if last_line else ""
        message = f"{self.name} died in {test_id}: {reason}{self._last_lines()}"
        case_id = (self.case_ids or {}).get(test_id, test_id)
        return CaseDiedError(message, self.side, (test_id, case_id), outcome, reason)

    def _send(self, word: str, n_rounds: int = 0) -> None:
        """Tell the worker to go on; that one has died meanwhile is noticed by who waits for its answer."""
        with suppress(OSError):
            self.connection.send((word, n_rounds))

    def go(self, n_rounds: int) -> None:
        """Let a case that is ready begin."""
        self._send(GO, n_rounds)

    def try_round(self, warm_up_s: float) -> float:
        """Let the worker run a round that does not count, and give its seconds."""
        return self._answer(TRY, warm_up_s).latency_s

    def turn(self, round_s: float) -> Turn:
        """Let the worker run one round, and wait for what it took."""
        return self._answer(TURN, round_s)

    def _answer(self, word: str, round_s: float) -> Turn:
        self._send(word)
        answer = self.receive(max(PATIENCE * round_s, LEAST_TIMEOUT_S))
        if not isinstance(answer, Turn):
            why = answer if isinstance(answer, Ended) else type(answer).__name__
            raise AbError(f"{self.name} ended a case amid its rounds: {why}{self._last_lines()}")
        return answer

    def finish(self) -> None:
        """Let the case compute its metrics and end."""
        self._send(FINISH)

    def next_case(self) -> Ready | Ended:
        """Wait until a case is ready, or ended without rounds, or the session is over."""
        while isinstance(message := self.receive(), ByTheWay):
            self._note(message)
        if isinstance(message, Ended):
            self.current = None
        if isinstance(message, Turn):
            raise AbError(f"{self.name} ran a round out of turn{self._last_lines()}")
        if isinstance(message, Ready) and self.worktree is not None and not self.has_told_imports:
            raise AbError(f"{self.name} {TOO_OLD}")
        self.has_begun |= isinstance(message, Ready) or bool(message.test_id)
        self._check_has_begun()
        return message

    def next_gate(self) -> str | None:
        """Wait until it stands before a case, and give the case's id; None once its session is over."""
        while isinstance(message := self.receive(), Saved | Imported | Selected | Devices):
            self._note(message)
        if isinstance(message, Begun):
            self._note(message)
            return (self.case_ids or {})[message.test_id]
        if message != Ended("", "", ""):
            raise AbError(f"{self.name} came to no case in its turn: {message}{self._last_lines()}")
        self.current = None
        self._check_has_begun()
        return None

    def begin(self) -> Ready | Ended:
        """Let it load and warm up the case that it stands before, and wait until that is done."""
        self._send(BEGIN)
        return self.next_case()

    def _check_has_begun(self) -> None:
        if not self.has_begun:  # a session that ended before its first case says why in its own words
            with suppress(subprocess.TimeoutExpired):  # its reason comes at its very end
                self.process.wait(GRACE_S)
            raise AbError(f"{self.name} has no case to run{self._last_lines()}")

    def cases(self) -> Iterator[Ready | Ended]:
        """Give what `next_case` does, until the session is over."""
        while isinstance(case := self.next_case(), Ready) or case.test_id:
            yield case

    def _note(self, message: ByTheWay) -> None:
        """Take what a worker tells by the way; devices it waits for."""
        if isinstance(message, Saved):
            self.saved = message.text
        elif isinstance(message, Begun):
            self.current, self.has_begun = message.test_id, True
        elif isinstance(message, Selected):
            self.case_ids = message.case_ids
        elif isinstance(message, Devices):
            self._lock(message)
        elif isinstance(message, Changed):
            self._note_variables(message)
        elif self.worktree is not None:
            self._note_imports(message.files, self.worktree)

    def _lock(self, devices: Devices) -> None:
        if self.lock is not None:
            self.lock(devices.locks)
        self._send(LOCKED)

    def _note_variables(self, changed: Changed) -> None:
        if self.nursery is not None:
            self.nursery.learn_variables(self.side, changed.variables)

    def _note_imports(self, files: Mapping[str, str], worktree: Worktree) -> None:
        self.has_told_imports = True
        check_own(self.name, files, worktree, self.path)
        if self.nursery is not None:
            self.nursery.learn(self.side, files, (worktree.folder, *self.path))

    def stop(self, timeout_s: float) -> None:
        """Let it save what it measured and end; it hears of it after its round."""
        deadline = monotonic() + timeout_s
        with suppress(OSError, EOFError):
            self._send(STOP)
            while monotonic() < deadline:
                if self.connection.poll(POLL_S) and self.connection.recv() == Ended("", "", ""):
                    break
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE_S)

    def saved_run(self) -> RunFile | None:
        """Read the run that was handed over at the end, None where there was none. Raises RecordError."""
        if self.saved is None:
            return None
        content = decode_json(self.saved.encode())
        if not isinstance(content, dict):
            raise RecordError(f"the run of {self.name} is no saved run")
        return parse_run(Path(f"the run of {self.name}"), content)

    def end(self) -> None:
        """End the process at once."""
        end_group(self.process, GRACE_S)

    def _last_lines(self) -> str:
        return f"; its last words:{_last_words(self.log)}"


@contextmanager
def started(
    side: Side,
    worktree: Worktree,
    arguments: Sequence[str],
    *,
    python: str,
    storage: Path,
    cores: frozenset[int] | None,
    nursery: Nursery | None = None,
    lock: Lock | None = None,
) -> Iterator[Worker]:
    """Start a worker and let it save its run at the end; its whole process group is ended with it.

    It is forked from the `nursery`'s zygote, if there is one by now.
    """
    path = tuple(python_path(worktree, arguments))
    start = Start(
        python,
        (*arguments, *saving(storage, _run_name(side, worktree)), *arguments_for(python)),
        worktree.folder,
        git.environment() | {"PYTHONPATH": as_variable(path)},
        (IMPORTS, CASES, STARTS, VARIABLES),
        worktree.root.parent,
        cores,
    )
    name = f"the worker of {side} {worktree.ref} ({worktree.commit[:7]})"
    with connected(name, start, side, zygote=nursery.zygote if nursery else None, lock=lock) as worker:
        worker.worktree, worker.path, worker.nursery = worktree, path, nursery
        yield worker


@dataclass(frozen=True, slots=True)
class Start:
    """How a worker is started: pytest's arguments and folder, what it is asked for, where its log lies."""

    python: str
    arguments: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]
    asks: tuple[str, ...]
    place: Path
    cores: frozenset[int] | None = None


@contextmanager
def connected(
    name: str, start: Start, side: Side = "base", *, zygote: Zygote | None = None, lock: Lock | None = None
) -> Iterator[Worker]:
    """Start a worker and wait for its call; it may save its run, then its process group is ended.

    `lock` has to hold the devices that the worker names before it loads anything.
    """
    key = secrets.token_bytes(32)
    with _removed(socket_folder(start.place)) as folder:
        address, log = str(folder / "socket"), folder / "log"
        with Listener(address, family="AF_UNIX", authkey=key) as listener:
            process = _process(
                start.python,
                [f"--asr-live={address}", *start.arguments],
                folder=start.folder,
                environment={
                    **with_large_pages(start.environment),
                    KEY_VARIABLE: key.hex(),
                    ASKED_VARIABLE: ",".join((*start.asks, DEVICES)),
                },
                log=log,
                cores=start.cores,
                zygote=zygote,
            )
            try:
                connection = _accepted(listener, process, name, log)
                yield Worker(
                    side, name, process, connection, log, n_oom_kills=deaths.count_oom_kills(), lock=lock
                )
                with suppress(subprocess.TimeoutExpired):
                    process.wait(LEAST_TIMEOUT_S)
            finally:
                end_group(process, GRACE_S)


def _process(
    python: str,
    arguments: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    cores: frozenset[int] | None,
    zygote: Zygote | None,
) -> subprocess.Popen[bytes] | Forked:
    """Start pytest, in a process group of its own."""
    with log.open("wb") as output:
        if zygote is not None:
            return zygote.fork("pytest", arguments, folder=folder, environment=environment, log=log)
        return subprocess.Popen(  # noqa: S603
            [python, "-m", "pytest", *arguments],
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=environment,
            preexec_fn=None if cores is None else lambda: os.sched_setaffinity(0, cores),  # noqa: PLW1509
        )


def _run_name(side: Side, worktree: Worktree) -> str:
    """Name a run as --benchmark-autosave would, and the side: both may be of one commit, in one second."""
    return f"{worktree.commit}_{datetime.now(UTC):%Y%m%d_%H%M%S}_{side}"


def saving(storage: Path, run_name: str) -> list[str]:
    """Give the arguments of a worker that saves its run under a name, and runs all its cases quietly."""
    saved = [f"--benchmark-save={run_name}", f"--benchmark-storage=file://{storage}"]
    # What a worker prints belongs in its log at once: captured, the last words of a crash would be lost.
    quiet = ["--capture=no", "--asr-quiet"]
    # Imported only to speak at the end, and rewritten only for better tracebacks: a second of each fork.
    # The driver ends a session, not its first failure.
    whole = ["--maxfail=0"]
    spared = ["-p", "no:cacheprovider", "-p", "no:hypothesispytest", "--assert=plain"]
    return [*quiet, *whole, *spared, *saved]


def _accepted(
    listener: Listener, process: subprocess.Popen[bytes] | Forked, name: str, log: Path
) -> Connection:
    """Wait for the worker to call, and notice if it dies before it does."""
    accepting = listener._listener._socket  # type: ignore[attr-defined]  # noqa: SLF001
    accepting.settimeout(POLL_S)
    deadline = monotonic() + START_TIMEOUT_S
    while monotonic() < deadline:
        interrupts.check()
        with suppress(TimeoutError):
            return listener.accept()
        if process.poll() is not None:
            status = process.returncode
            raise AbError(f"{name} ended with status {status} before its first case:{_last_words(log)}")
    raise AbError(f"{name} did not call within {START_TIMEOUT_S:.0f} s")


def _last_words(log: Path) -> str:
    return "".join(f"\n  {line}" for line in last_lines(log, LOG_LINES))


@contextmanager
def _removed(folder: Path) -> Iterator[Path]:
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
