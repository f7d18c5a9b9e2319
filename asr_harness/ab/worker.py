"""The driver's end of one live worker: a pytest session in its side's worktree."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from asr_harness.ab import interrupts
from asr_harness.ab.imports import check_own
from asr_harness.ab.protocol import (
    BEGIN,
    FINISH,
    GO,
    LOCKED,
    STOP,
    TRY,
    TURN,
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
from asr_harness.schema import parse_run
from asr_harness.schema.reading import decode_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from multiprocessing.connection import Connection

    from asr_harness.ab.protocol import Message
    from asr_harness.ab.worktrees import Worktree
    from asr_harness.ab.zygote import Forked, Nursery
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
        last_line = last_words(self.log).rpartition("\n")[2].strip()
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
        return f"; its last words:{last_words(self.log)}"


def last_words(log: Path) -> str:
    """Give the end of a log, each line indented on a line of its own."""
    return "".join(f"\n  {line}" for line in last_lines(log, LOG_LINES))
