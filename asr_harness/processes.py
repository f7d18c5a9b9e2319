"""Child processes: ended with all that they started, or with their parent, and what they said last."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Protocol

PR_SET_PDEATHSIG = 1
"""prctl(2): which signal a process gets when its parent dies."""


MAX_LINE_BYTES = 4096
"""Of what a process wrote last; a line may have no end."""


class Process(Protocol):
    """What is needed of `subprocess.Popen`, or of what stands for it."""

    @property
    def pid(self) -> int:
        """Its number, which is that of its group, too."""

    def poll(self) -> int | None:
        """Give its exit status, None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. Raises subprocess.TimeoutExpired."""


def end_group(process: Process, grace_s: float) -> None:
    """End a process that leads a group, and the group with it: asked first, and killed after a while."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(grace_s)


def die_with_parent() -> None:
    """Have a process end when its parent does; run in it before its program."""
    # Not on every system; the parent ends it on every way out but its own kill.
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def changed_variables() -> tuple[str, ...]:
    """Name the environment variables that are no longer what this process was started with (Linux)."""
    try:
        entries = Path("/proc/self/environ").read_bytes().split(b"\0")
    except OSError:
        return ()
    before = dict(os.fsdecode(entry).partition("=")[::2] for entry in entries if entry)
    now = dict(os.environ)
    return tuple(sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name)))


def last_lines(log: Path, most: int) -> list[str]:
    """Give the last lines of what a process wrote, blank ones left out; none if its log is gone."""
    try:
        with log.open("rb") as stream:
            stream.seek(max(0, log.stat().st_size - most * MAX_LINE_BYTES))
            lines = stream.read(most * MAX_LINE_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    return [line for line in lines if line.strip()][-most:]
