"""How a live worker is started: its folder, arguments and environment, and its call back to the driver."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Listener
from time import monotonic
from typing import TYPE_CHECKING

from asr_harness.ab import git, interrupts
from asr_harness.ab.large_pages import with_large_pages
from asr_harness.ab.neighbours import arguments_for
from asr_harness.ab.paths import as_variable, python_path
from asr_harness.ab.protocol import (
    ASKED_VARIABLE,
    CASES,
    DEVICES,
    IMPORTS,
    KEY_VARIABLE,
    STARTS,
    VARIABLES,
)
from asr_harness.ab.worker import GRACE_S, LEAST_TIMEOUT_S, POLL_S, START_TIMEOUT_S, Worker, last_words
from asr_harness.errors import AbError
from asr_harness.processes import end_group
from asr_harness.runs import deaths
from asr_harness.runs.scratch import socket_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from multiprocessing.connection import Connection
    from pathlib import Path

    from asr_harness.ab.worker import Lock
    from asr_harness.ab.worktrees import Worktree
    from asr_harness.ab.zygote import Forked, Nursery, Zygote
    from asr_harness.judge.evidence import Side


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
    name = f"the worker of {side} {worktree.name}"
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
    # What a worker prints belongs in its log at once: captured, the last words of a crash would be lost. A
    # header would be most of them where a suite cannot be imported.
    quiet = ["--capture=no", "--asr-quiet", "--no-header"]
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
            raise AbError(f"{name} ended with status {status} before its first case:{last_words(log)}")
    raise AbError(f"{name} did not call within {START_TIMEOUT_S:.0f} s")


@contextmanager
def _removed(folder: Path) -> Iterator[Path]:
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
