"""Errors a user can act on: each names the thing, the value and the way out; and words for all others."""

from __future__ import annotations

import os
import tempfile
import traceback
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

TRACEBACK_PREFIX = "asr-harness-traceback-"
MOST_TRACEBACKS = 10
"""That are kept, the newest: nobody else would ever remove them."""


class AsrHarnessError(Exception):
    """Base of every error that is the user's to mend; printed as one message, without a traceback."""


class DataError(AsrHarnessError):
    """A corpus, a slice or a recording is missing, damaged or too small."""


class ModelError(AsrHarnessError):
    """A checkpoint is absent, or no family can load it."""


class GridError(AsrHarnessError):
    """A value of the grid is unknown, or cases cannot be run as asked."""


class MeterError(AsrHarnessError):
    """A counter cannot be read; the message becomes the reason of an unmeasured reading."""


class RecordError(AsrHarnessError, ValueError):
    """A saved run, or a journal, cannot be read or does not belong here."""


class OtherBenchmarkError(RecordError):
    """A file is plain pytest-benchmark JSON: sound, and of no concern to speech recognition."""


class UnavailableError(AsrHarnessError):
    """This machine or library cannot run a case; its outcome is `unavailable`."""


class RuleError(AsrHarnessError):
    """A tolerance or a trade-off cannot be read, or speaks of nothing."""


class AbError(AsrHarnessError):
    """Two commits cannot be run side by side: an unknown ref, or a worker that crashed or hung."""


class RegistryError(AsrHarnessError):
    """A plug-in is unknown, cannot be imported, or is not of the kind that it is offered as."""


class StarterError(AsrHarnessError):
    """A suite cannot be written into a repository, or the demonstration cannot run here."""


class PlaceError(AsrHarnessError):
    """The folder that a command was started in is gone."""


def near(value: str, known: Iterable[str]) -> str:
    """Ask whether the closest of the known names was meant; '' where none is close."""
    similar = closest(value, known)
    return "" if similar is None else f" (did you mean {similar!r}?)"


def closest(value: str, known: Iterable[str], alike: float = 0.6) -> str | None:
    """Give the known name that is most like a value, by difflib's ratio; None where none is `alike`."""
    by_folded = {name.casefold(): name for name in known}
    close = get_close_matches(value.casefold(), by_folded, n=1, cutoff=alike)
    return by_folded[close[0]] if close else None


def unforeseen(error: BaseException) -> str:
    """Say in one message what nobody foresaw, its traceback being put into a file that the message names.

    Where there is no room for it among temporary files, it goes into the current folder, else nowhere. Of the
    user's older files the newest are kept.
    """
    what = f"{type(error).__name__}: {error}".strip().strip(":")
    if isinstance(error, OSError) and error.strerror:
        what = f"{error.strerror}: {error.filename}" if error.filename is not None else error.strerror
    path = _written("".join(traceback.format_exception(error)))
    if isinstance(error, OSError):
        return f"{what}; make room, or give another path" + (f" (traceback: {path})" if path else "")
    with_it = path or "its traceback, for which TMPDIR has no room: let it name another folder"
    return f"{what}; this is a fault of asr-harness or of a plug-in: please report it with {with_it}"


def _written(trace: str) -> str | None:
    """Keep a traceback, and give its path; None where nothing can be written."""
    for place in (None, os.curdir):
        path = None
        try:
            descriptor, path = tempfile.mkstemp(prefix=TRACEBACK_PREFIX, suffix=".txt", dir=place)
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as stream:
                stream.write(trace)
            _leave_newest(Path(path).parent)
        except OSError:
            if path is not None:
                with suppress(OSError):
                    Path(path).unlink()  # half of it
            continue
        return path
    return None


def _leave_newest(folder: Path) -> None:
    dated: list[tuple[float, Path]] = []
    for path in folder.glob(f"{TRACEBACK_PREFIX}*.txt"):
        with suppress(OSError):  # another session removed it
            found = path.lstat()
            if not hasattr(os, "getuid") or found.st_uid == os.getuid():
                dated.append((found.st_mtime, path))
    for _, path in sorted(dated)[:-MOST_TRACEBACKS]:
        with suppress(OSError):
            path.unlink()
