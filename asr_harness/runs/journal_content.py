"""What journals hold: a line that cannot be read is passed over and counted, never believed.

Such are lines half written on a full disk, and the zeros that a power loss leaves.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asr_harness.errors import RecordError
from asr_harness.paths import read_file
from asr_harness.runs import deaths
from asr_harness.schema.journal import CaseStart, JournalEntry, JournalHeader, load_header, load_line
from asr_harness.schema.reading import MAX_FILE_BYTES, decode_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from asr_harness.schema import Outcome

SUFFIX = ".jsonl"


@dataclass(frozen=True, slots=True)
class JournalContent:
    """What a journal holds: the last entry of each test, and how often each started without an end.

    A start does not count that somebody ended by SIGTERM or SIGHUP: the case has done nothing wrong.
    `deaths` has what the process died of in a test, where that is known. `n_skipped` lines could not be read.
    """

    header: JournalHeader
    entries: Mapping[str, JournalEntry]
    unfinished: Mapping[str, int]
    n_skipped: int
    deaths: Mapping[str, tuple[Outcome, str]]


def newest_first(folder: Path) -> tuple[Path, ...]:
    """List the journals that sessions left, the newest first."""
    return tuple(sorted(folder.glob(f"*{SUFFIX}"), key=_age, reverse=True))


def read_header(path: Path) -> JournalHeader:
    """Read the first line. Raises RecordError where it cannot be read."""
    try:
        return load_header(decode_json(_content(path).partition(b"\n")[0]), str(path))
    except (ValueError, RecursionError) as error:
        raise RecordError(f"journal {path} has no header ({error}); remove it to start afresh") from error


def read(path: Path) -> JournalContent:
    """Read all that is whole in a journal. Raises RecordError where its header is not."""
    header = read_header(path)
    entries: dict[str, JournalEntry] = {}
    unfinished: dict[str, int] = {}
    died: dict[str, tuple[Outcome, str]] = {}
    n_skipped = 0
    last: CaseStart | None = None
    is_trace = False
    for raw in _content(path).split(b"\n")[1:]:
        line = _line(raw.strip(b"\0 \r"), path)
        was_trace = is_trace
        is_trace = line is None and (is_trace or raw.startswith((deaths.FATAL, deaths.ASKED)))
        if isinstance(line, JournalEntry):
            entries[line.test_id] = line
            unfinished.pop(line.test_id, None)
            died.pop(line.test_id, None)
            last = None
        elif isinstance(line, CaseStart):
            unfinished[line.started] = unfinished.get(line.started, 0) + 1
            _note_oom(last, line.n_oom_kills, died)
            last = line
        elif raw.startswith(deaths.FATAL) and last is not None:
            name = raw.removeprefix(deaths.FATAL).decode("utf-8", "backslashreplace")
            died[last.started] = "crashed", f"a fatal signal ended its process: {name} (traceback in {path})"
        elif raw.startswith(deaths.ASKED) and last is not None and not was_trace:
            unfinished[last.started] -= 1
            last = None
        else:
            n_skipped += bool(raw) and not is_trace
    _note_oom(last, deaths.count_oom_kills(), died)
    return JournalContent(header, entries, unfinished, n_skipped, died)


def _note_oom(start: CaseStart | None, now: int | None, died: dict[str, tuple[Outcome, str]]) -> None:
    if start is not None and start.started not in died and deaths.has_risen(start.n_oom_kills, now):
        died[start.started] = "oom", deaths.NO_MEMORY


def _line(raw: bytes, path: Path) -> JournalEntry | CaseStart | None:
    try:
        return load_line(decode_json(raw), str(path))
    except (ValueError, RecursionError):
        return None


def _content(path: Path) -> bytes:
    try:
        return read_file(path, MAX_FILE_BYTES)
    except OSError as error:
        raise RecordError(f"cannot read the journal {path}: {error.strerror}") from error


def _age(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_mtime_ns
    return 0
