"""Interrupts and terminations that are not lost, wherever they come.

Python raises from a signal's handler, and drops what is raised amid a fork or in a finaliser: a user who
pressed Ctrl-C at such a moment would be ignored. So a signal is remembered as well, and whoever waits asks.
Signals belong to the process, and so does this memory.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

ENDING = tuple(
    number
    for name in (
        "SIGINT",
        "SIGTERM",
        "SIGHUP",
        "SIGQUIT",
        "SIGUSR1",
        "SIGUSR2",
        "SIGALRM",
        "SIGXCPU",
        "SIGABRT",
    )
    if (number := getattr(signal, name, None)) is not None
)
"""What ends a process that does not listen, and leaves it time to clean up."""

_received: list[int] = []


@contextmanager
def remembered() -> Iterator[None]:
    """Let signals unwind what is running, at the latest where `check` is asked.

    Only for the main thread, as Python's signals are. Once a termination unwinds, others have to wait for it.
    """
    before = {number: signal.getsignal(number) for number in ENDING}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, _note)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _received.clear()


def check() -> None:
    """Raise KeyboardInterrupt or SystemExit if a signal has asked for it."""
    for number in _received:
        if number != signal.SIGINT:
            raise SystemExit(128 + number)
    if _received:
        raise KeyboardInterrupt


def _note(number: int, _: FrameType | None) -> None:
    is_ending = any(earlier != signal.SIGINT for earlier in _received)
    _received.append(number)
    if not is_ending:
        check()
