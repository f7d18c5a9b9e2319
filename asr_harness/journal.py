"""A journal of finished cases: one fsynced JSON line each, so that a killed session loses none of them."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asr_harness.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SUFFIX = ".jsonl"


@dataclass(frozen=True, slots=True)
class Entry:
    """One finished case; `rounds_s` and `extra_info` are there if it was measured."""

    case_id: str
    outcome: str
    reason: str | None
    rounds_s: tuple[float, ...]
    extra_info: Mapping[str, Any]


class Journal:
    """A journal open for writing; its first line says what the session set out to do."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def begin(cls, path: Path, header: Mapping[str, Any]) -> Journal:
        """Start a new journal."""
        path.parent.mkdir(parents=True, exist_ok=True)
        started = cls(path)
        started._append(header)
        return started

    @classmethod
    def reopen(cls, path: Path) -> Journal:
        """Go on with a journal, after cutting off a last line that the kill left half written."""
        content = path.read_bytes()
        if not content.endswith(b"\n"):
            with path.open("r+b") as stream:
                stream.truncate(content.rfind(b"\n") + 1)
        return cls(path)

    def write(self, entry: Entry) -> None:
        """Append a finished case and wait until it is on disk."""
        self._append(
            {
                "case_id": entry.case_id,
                "outcome": entry.outcome,
                "reason": entry.reason,
                "rounds_s": entry.rounds_s,
                "extra_info": entry.extra_info,
            }
        )

    def remove(self) -> None:
        """Forget the journal, its run being saved."""
        self.path.unlink(missing_ok=True)

    def _append(self, line: Mapping[str, Any]) -> None:
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line, allow_nan=False) + "\n")
            stream.flush()
            os.fsync(stream.fileno())


def latest(folder: Path) -> Path | None:
    """Find the newest journal that an interrupted session left."""
    return max(folder.glob(f"*{SUFFIX}"), default=None, key=lambda path: path.stat().st_mtime_ns)


def read(path: Path) -> tuple[Mapping[str, Any], tuple[Entry, ...]]:
    """Read a journal's header and finished cases.

    A last line that was cut off by the kill is left out: its case had not finished being written.
    Raises RecordError where the journal is otherwise damaged.
    """
    text = path.read_text("utf-8")
    lines = text.splitlines()
    if not text.endswith("\n"):
        lines = lines[:-1]
    try:
        header, *entries = map(json.loads, lines)
        return header, tuple(_entry(entry) for entry in entries)
    except (ValueError, KeyError) as error:
        raise RecordError(f"journal {path} is damaged ({error}); remove it to start afresh") from error


def check_header(path: Path, found: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Raise RecordError naming what differs between an interrupted session and the one that resumes it."""
    for key in sorted({*found, *expected}):
        if found.get(key) != expected.get(key):
            raise RecordError(
                f"journal {path} cannot be resumed: {key} was {found.get(key)!r} and is now "
                f"{expected.get(key)!r}; repeat the interrupted command, or leave --asr-resume out"
            )


def _entry(line: Mapping[str, Any]) -> Entry:
    return Entry(
        line["case_id"], line["outcome"], line["reason"], tuple(line["rounds_s"]), line["extra_info"]
    )
