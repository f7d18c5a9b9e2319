"""What killed a process: its signal, and whether the kernel ended anything for want of memory meanwhile.

faulthandler (docs.python.org/3/library/faulthandler.html) writes what a fatal signal was into a session's
journal, and where a process was that somebody asked to end; SIGKILL leaves no trace, but the kernel counts
what it ended for want of memory.
"""

from __future__ import annotations

import faulthandler
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asr_harness.schema import Outcome

FATAL = b"Fatal Python error: "
"""How faulthandler begins."""
ASKED = b"Stack (most recent call first):"
"""How what it writes of a signal begins that is no fault of the process."""
FROM_OUTSIDE = (signal.SIGTERM, signal.SIGHUP)
"""Signals by which somebody, or a terminal that closes, ends a process."""
NO_MEMORY = "the kernel ended the process for want of memory (its count of such kills rose meanwhile)"


def count_oom_kills() -> int | None:
    """Count what the kernel has ended for want of memory: in this control group, else since it started.

    None where neither is told: docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files.
    """
    for path in (*_group_files(), Path("/proc/vmstat")):
        with suppress(OSError, ValueError, IndexError):
            words = [line.split() for line in path.read_text("ascii").splitlines()]
            counts = [int(line[1]) for line in words if line[0] == "oom_kill"]
            if counts:
                return counts[0]
    return None


def has_risen(before: int | None, now: int | None) -> bool:
    """Whether the kernel ended something in between; after a restart of the machine nobody knows."""
    return before is not None and now is not None and now > before


def of_status(status: int, *, is_oom: bool) -> tuple[Outcome, str]:
    """Say what a child's exit status means, which is minus the number of the signal that ended it."""
    if is_oom and status == -signal.SIGKILL:
        return "oom", NO_MEMORY
    if status >= 0:
        return "crashed", f"its process ended with status {status}"
    with suppress(ValueError):
        return "crashed", f"its process was ended by {signal.Signals(-status).name}"
    return "crashed", f"its process was ended by signal {-status}"


def trace_into(descriptor: int) -> None:
    """Let a fatal signal say into a file which one it was, and where; and one from outside that it came."""
    faulthandler.enable(file=descriptor)
    for number in FROM_OUTSIDE:
        if signal.getsignal(number) is signal.SIG_DFL:
            faulthandler.register(number, file=descriptor, all_threads=False, chain=True)


def trace_as_before() -> None:
    """Let it say so on standard error again, if there is one."""
    for number in FROM_OUTSIDE:
        faulthandler.unregister(number)
    faulthandler.disable()
    if sys.__stderr__ is not None:
        with suppress(OSError, ValueError):  # it has no descriptor
            faulthandler.enable(file=sys.__stderr__)


def _group_files() -> tuple[Path, ...]:
    groups = []
    with suppress(OSError, ValueError):
        for line in Path("/proc/self/cgroup").read_text("utf-8").splitlines():
            _, controllers, name = line.split(":", 2)
            if not controllers:
                groups.append(Path(f"/sys/fs/cgroup{name}/memory.events"))
                groups.append(Path("/sys/fs/cgroup/memory.events"))  # as a container sees its own
            elif "memory" in controllers.split(","):
                groups.append(Path(f"/sys/fs/cgroup/memory{name}/memory.oom_control"))
                groups.append(Path("/sys/fs/cgroup/memory/memory.oom_control"))
    return tuple(groups)
