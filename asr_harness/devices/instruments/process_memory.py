"""Peak resident set of this process, reset for each case where the kernel lets us.

Source: Linux proc(5): writing 5 to /proc/self/clear_refs resets VmHWM of /proc/self/status to the current
resident set. Elsewhere getrusage(2) gives the peak since the process began, which is labelled so.

What earlier cases freed is given back to the kernel first (malloc_trim(3), glibc): the allocator keeps it,
and it would count to every case after.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from pathlib import Path

import psutil

from asr_harness.devices.protocols import Reading

NAME = "peak_resident_bytes"
RESET_PEAK = "5"
CGROUP = Path("/sys/fs/cgroup")


class PeakResidentSet:
    """Reads the peak since `reset`, or says why it is the peak since the process began."""

    def __init__(self, proc: Path = Path("/proc/self")) -> None:
        self._proc = proc
        self._cumulative_because: str | None = "reset was never called"

    def reset(self) -> None:
        """Give freed memory back, and start a new peak at what is resident then."""
        gc.collect()
        _trim_heap()
        try:
            (self._proc / "clear_refs").write_text(RESET_PEAK)
        except OSError as error:
            self._cumulative_because = f"cannot reset {error.filename} ({error.strerror})"
        else:
            self._cumulative_because = None

    def read(self) -> tuple[Reading]:
        """Give the peak in bytes; its reason says so if it counts from the start of the process."""
        peak_bytes = self._high_water_mark_bytes()
        if peak_bytes is None:
            peak_bytes, self._cumulative_because = _peak_since_start_bytes(), "the kernel shows no VmHWM"
        if self._cumulative_because is None:
            return (Reading(NAME, peak_bytes),)
        reason = f"cumulative, since the process began: {self._cumulative_because}"
        return (Reading(NAME, peak_bytes, reason=reason),)

    def _high_water_mark_bytes(self) -> int | None:
        try:
            lines = (self._proc / "status").read_text("utf-8").splitlines()
        except OSError:
            return None
        marks = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
        return next((1024 * int(kibibytes) for kibibytes in marks), None)


def _trim_heap() -> None:
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        # Not glibc: the peak may then hold what earlier cases freed.
        return


def _peak_since_start_bytes() -> int:
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def available_bytes(cgroup: Path = CGROUP) -> int:
    """Memory of the host that this process could use now, a container's limit respected."""
    available = psutil.virtual_memory().available
    try:
        limit = (cgroup / "memory.max").read_text("utf-8").strip()
        used = (cgroup / "memory.current").read_text("utf-8").strip()
    except OSError:
        return available
    return available if limit == "max" else min(available, int(limit) - int(used))
