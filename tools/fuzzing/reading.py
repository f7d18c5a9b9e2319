"""What a reader under test is, and what came of one input."""

from __future__ import annotations

import resource
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Literal
from unittest import mock

from asr_harness.errors import AsrHarnessError

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

MAX_GROWTH_MIB = 256.0
"""What one small input may cost in memory."""

Ending = Literal["read", "refused", "broken", "slow", "hungry"]


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader: `mutate` makes an input, `read` reads and uses it in an empty folder.

    It may take `max_s` of CPU time, its children's too: what else runs on the machine does not count.
    """

    name: str
    mutate: Callable[[Random], bytes]
    read: Callable[[bytes, Path], object]
    max_s: float = 2.0


@dataclass(frozen=True, slots=True)
class Reading:
    """How one input ended; `what` says what broke, and where."""

    ending: Ending
    what: str
    cpu_s: float


def try_out(reader: Reader, raw: bytes, folder: Path) -> Reading:
    """Read one input; only errors that a user can act on may come out, in bounded time and memory."""
    before_mib, began = _peak_mib(), _cpu_s()
    ending: Ending = "read"
    what = ""
    ignored: list[str] = []
    try:
        with (
            warnings.catch_warnings(),
            mock.patch.object(sys, "unraisablehook", lambda it: ignored.append(str(it))),
        ):
            warnings.simplefilter("error")
            reader.read(raw, folder)
    except AsrHarnessError as error:
        ending, what = "refused", str(error)
    except Exception as error:  # noqa: BLE001  # what else comes out is what is looked for
        last = extract_tb(error.__traceback__)[-1]
        ending, what = (
            "broken",
            f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}: {error}"[:200],
        )
    if ignored:
        ending, what = "broken", ignored[0]
    cpu_s = _cpu_s() - began
    if ending in ("read", "refused") and cpu_s > reader.max_s:
        return Reading("slow", f"{cpu_s:.1f} s", cpu_s)
    if ending in ("read", "refused") and (growth := _peak_mib() - before_mib) > MAX_GROWTH_MIB:
        return Reading("hungry", f"{growth:.0f} MiB", cpu_s)
    return Reading(ending, what, cpu_s)


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _cpu_s() -> float:
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)
