"""Cheaper forks: one process that has imported the installed packages, and that both sides are forked from.

It imports what the workers of the first fork told that they had from installed packages, and nothing of the
repository, so that each worker imports its own commit's code itself. Both sides are children of the same
process: what they share, be it the addresses of libraries or the seed of hashes, is no difference between
them. It loads no model and computes nothing. Nothing is forked from it where a fork would not be what a new
process is: with threads or an accelerator that imports started, or where a commit's own code sets variables
that a package may read as it is imported.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from asr_harness.ab import git, zygote_program
from asr_harness.ab.large_pages import with_large_pages
from asr_harness.errors import AbError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

INSTALLED = frozenset({"site-packages", "dist-packages"})
OWN = "asr_harness"
BY_PYTEST = "PYTEST_"
IMPORT_TIMEOUT_S = 300.0
FORK_TIMEOUT_S = 30.0
GRACE_S = 5.0


@dataclass(slots=True)
class Forked:
    """A process that was forked from a zygote, with what the driver needs of `subprocess.Popen`."""

    zygote: Zygote
    pid: int
    returncode: int | None = None

    def poll(self) -> int | None:
        """Give its exit status, None while it runs."""
        self.zygote.hear(0.0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises subprocess.TimeoutExpired."""
        deadline = None if timeout is None else monotonic() + timeout
        while self.poll() is None:
            left_s = 1.0 if deadline is None else deadline - monotonic()
            if left_s <= 0:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
            self.zygote.hear(min(left_s, 1.0))
        return self.returncode or 0


class Zygote:
    """The driver's end of the process that others are forked from."""

    def __init__(self, python: str, cores: frozenset[int] | None) -> None:
        requests, self._requests = os.pipe()
        self._replies, replies = os.pipe()
        self._unread = b""
        self._told: list[dict[str, Any]] = []
        self._children: dict[int, Forked] = {}
        self._process = subprocess.Popen(  # noqa: S603
            [
                python,
                "-c",
                Path(zygote_program.__file__).read_text("utf-8"),
                str(requests),
                str(replies),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(requests, replies),
            start_new_session=True,
            env=with_large_pages(
                {name: value for name, value in git.environment().items() if name != "PYTHONPATH"}
            ),
            preexec_fn=None if cores is None else lambda: os.sched_setaffinity(0, cores),  # noqa: PLW1509
        )
        os.close(requests)
        os.close(replies)

    def import_all(self, names: Sequence[str]) -> State:
        """Import modules, and give what that has left behind. Raises AbError."""
        told = self._ask({"import": list(names)}, IMPORT_TIMEOUT_S)
        return State(told["n_threads"], tuple(told["initialised"]), frozenset(told["variables"]))

    def fork(
        self,
        module: str,
        arguments: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        log: Path,
    ) -> Forked:
        """Start `python -m MODULE ARGUMENTS`, a session of its own that appends to `log`. Raises AbError."""
        request = {
            "module": module, "arguments": list(arguments), "folder": str(folder),
            "environment": dict(environment), "log": str(log),
        }  # fmt: skip
        pid: int = self._ask(request, FORK_TIMEOUT_S)["forked"]
        self._children[pid] = Forked(self, pid)
        return self._children[pid]

    def hear(self, timeout_s: float) -> None:
        """Take what the zygote tells, waiting for so long at most."""
        while select.select([self._replies], [], [], timeout_s)[0]:
            read = os.read(self._replies, 65536)
            if not read:  # it was killed: nobody will tell how its children end
                self._end_all()
                return
            *lines, self._unread = (self._unread + read).split(b"\n")
            for line in map(json.loads, lines):
                if "status" in line:
                    self._children.pop(line["pid"]).returncode = line["status"]
                else:
                    self._told.append(line)
            timeout_s = 0.0

    def close(self) -> None:
        """End it, and whatever of its children is left."""
        os.close(self._requests)
        self._end_all()
        os.close(self._replies)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE_S)
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _ask(self, request: Mapping[str, object], timeout_s: float) -> Mapping[str, Any]:
        with suppress(BrokenPipeError):
            os.write(self._requests, (json.dumps(request) + "\n").encode())
        deadline = monotonic() + timeout_s
        while not self._told and monotonic() < deadline and self._process.poll() is None:
            self.hear(0.5)
        if not self._told:
            raise AbError(
                f"the process that workers are forked from said nothing for {timeout_s:.0f} s, or ended "
                f"(status {self._process.poll()}); leave --cheap-forks out"
            )
        return self._told.pop(0)

    def _end_all(self) -> None:
        for child in self._children.values():
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.returncode = -signal.SIGKILL
        self._children.clear()


@dataclass(frozen=True, slots=True)
class State:
    """What imports have left behind in a zygote: threads, accelerators that began, variables they set."""

    n_threads: int
    initialised: tuple[str, ...] = ()
    variables: frozenset[str] = frozenset()


@dataclass(slots=True)
class Nursery:
    """What the workers of the first fork imported, and the zygote that is made of it.

    `why_not` says why there is none: each worker is then started as without.
    """

    zygote: Zygote | None = None
    why_not: str | None = None
    files: dict[str, dict[str, str]] = field(default_factory=dict)
    variables: dict[str, set[str]] = field(default_factory=dict)

    def learn(self, side: str, files: Mapping[str, str], path: Iterable[Path]) -> None:
        """Take note of what a worker imported that any side may have from the zygote."""
        known = self.files.setdefault(side, {})
        own = tuple(path)
        known.update(
            (name, file) for name, file in files.items() if _is_installed(name, file) and not _has(own, name)
        )

    def learn_variables(self, side: str, names: Iterable[str]) -> None:
        """Take note of the variables that a worker set itself, or what it imported did."""
        self.variables.setdefault(side, set()).update(names)

    def prepare(self, pythons: Iterable[str], cores: frozenset[int] | None) -> None:
        """Make the zygote. Raises AbError if it dies or hangs."""
        if sys.platform != "linux":
            self.why_not = f"forking is not safe on {sys.platform}"
        elif len(different := set(pythons)) > 1:
            self.why_not = "each side has a Python of its own"
        else:
            self.zygote = Zygote(different.pop(), cores)
            self.why_not = self._unsound(self.zygote.import_all(self.in_common()))
            if self.why_not:
                self.close()

    def _unsound(self, state: State) -> str | None:
        """Say why what is forked from a zygote in this state would not be what a new process is."""
        if state.n_threads > 1:
            return f"importing started {state.n_threads - 1} threads, which a fork would lose"
        if state.initialised:
            return f"importing initialised {' and '.join(state.initialised)}, which no fork can use"
        for side in self.files.keys() - self.variables.keys():
            return f"the asr-harness of {side} does not tell which variables its code sets"
        for side, names in self.variables.items():
            if own := sorted(name for name in names - state.variables if not name.startswith(BY_PYTEST)):
                return f"the code of {side} sets {', '.join(own)}, too late for what is imported before it"
        return None

    def close(self) -> None:
        """End the zygote."""
        if self.zygote is not None:
            self.zygote.close()
            self.zygote = None

    def in_common(self) -> list[str]:
        """Name the modules that both sides had from one installed file, and not from their own path."""
        sides = list(self.files.values())
        return sorted(
            name for name, file in (sides[0] if sides else {}).items()
            if all(side.get(name) == file for side in sides)
        )  # fmt: skip


def _is_installed(name: str, file: str) -> bool:
    parts = name.split(".")
    return bool(INSTALLED & set(Path(file).parts)) and parts[0] != OWN and "__main__" not in parts


def _has(path: Sequence[Path], name: str) -> bool:
    """Whether a worker would find this name in its own path first, whatever the zygote has."""
    top = name.partition(".")[0]
    return any((folder / top).is_dir() or (folder / f"{top}.py").is_file() for folder in path)
