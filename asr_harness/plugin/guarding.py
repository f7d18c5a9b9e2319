"""The plugin's one catch-all: what nobody foresaw is a message and status 2, not pytest's INTERNALERROR."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from asr_harness.errors import AsrHarnessError, unforeseen
from asr_harness.judge.judgement import EXIT_UNUSABLE
from asr_harness.report.escaping import terminal

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator


@contextmanager
def guarded() -> Iterator[None]:
    """End the session with a message for any error that is not one of pytest's own ways to end."""
    try:
        yield
    except (pytest.UsageError, pytest.Session.Failed, pytest.exit.Exception):
        raise
    except Exception as error:  # noqa: BLE001  # the one place where the plugin itself ends
        pytest.exit(message_of(error), returncode=EXIT_UNUSABLE)


def message_of(error: BaseException) -> str:
    """Give what a user reads of an error."""
    return terminal(str(error) if isinstance(error, AsrHarnessError) else unforeseen(error))


def ended_by(config: pytest.Config, error: Exception) -> int:
    """Tell of an error that pytest itself did not survive, such as a full disk under its output."""
    with suppress(OSError, ValueError):  # pytest would do so later, and fail by what it still wants to say
        config._ensure_unconfigure()  # noqa: SLF001
    with suppress(OSError, ValueError):
        sys.stderr.write(f"ERROR: {message_of(error)}\n")
    return EXIT_UNUSABLE


def is_output_written() -> bool:
    """Write what standard output still holds; False, and it is let go, where it takes no more."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return False
    return True


class Guarding:
    """Stands around all that happens between a session's start and its end."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionstart(self) -> Generator[None, object, object]:
        """Guard the start."""
        with guarded():
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection(self) -> Generator[None, object, object]:
        """Guard collection."""
        with guarded():
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Guard the cases."""
        with guarded():
            return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self) -> Generator[None, object, object]:
        """Guard the end."""
        with guarded():
            return (yield)
