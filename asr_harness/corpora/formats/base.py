"""What a format gives: rows that name a place, a recording and what was said; and how fields are read."""

from __future__ import annotations

import gzip
import math
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asr_harness.corpora.slices import fields
from asr_harness.corpora.sources import stm
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

MAX_BYTES = stm.MAX_BYTES
AUDIO_KEYS = ("audio_filepath", "path", "audio", "audio_path", "file", "filename", "wav")
TEXT_KEYS = ("text", "sentence", "transcript", "transcription")
TALK_KEYS = ("talk", "session", "session_id", "conversation_id")
SPEAKER_KEYS = ("speaker", "speaker_id", "client_id", "spk")
LANGUAGE_KEYS = ("language", "lang", "locale")
"""Names of fields, the first that is there and filled counts: NeMo's, Common Voice's, and what is usual."""

ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")
"""How an address begins (RFC 3986, 3.1)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One transcribed stretch; `place` is the file and line that say it, for errors.

    `duration_s` is None where it lasts to the recording's end, `channel` where all of them are mixed.
    """

    place: str
    audio: Path
    text: str
    start_s: float = 0.0
    duration_s: float | None = None
    talk: str | None = None
    speaker: str | None = None
    language: str | None = None
    channel: int | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a corpus down: how it is known, how its rows are read, which files decide them.

    `rows` raises DataError naming file, line, value and the way out.
    """

    what: str
    is_it: Callable[[Path], bool]
    rows: Callable[[Path], Iterable[Row]]
    files: Callable[[Path], Iterable[Path]]


def lines(path: Path) -> Iterator[tuple[str, str]]:
    """Give each line that is not empty with its place, `FILE:NUMBER`; a name in .gz is unpacked.

    Raises DataError if the file cannot be read, or is larger than `MAX_BYTES`, unpacked.
    """
    for number, line in enumerate(stm.decode(content(path), str(path)).split("\n"), start=1):
        if line.strip():
            yield f"{path}:{number}", line.strip("\r")


def content(path: Path) -> bytes:
    """Read a whole file within `MAX_BYTES`."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            held: bytes = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing; write it, or give the folder that has it") from error
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{path} cannot be read ({reason}); mend the file or its permissions") from error
    if len(held) > MAX_BYTES:
        raise DataError(f"{path} has more than {MAX_BYTES} bytes; divide it into several")
    return held


def first_of(row: Mapping[str, object], keys: Iterable[str]) -> tuple[str, object] | None:
    """Give the first of the keys that is filled, with its value; None where none is."""
    return next(((key, row[key]) for key in keys if row.get(key) not in (None, "")), None)


def name(row: Mapping[str, object], keys: Iterable[str], place: str) -> str | None:
    """Read a name such as a speaker's; numbers are names, too."""
    filled = first_of(row, keys)
    if filled is None:
        return None
    key, value = filled
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise DataError(f"{place}: {key} is a {type(value).__name__}; expected a name or a whole number")
    return text(key, str(value), place, fields.MAX_NAME_CHARS)


def text(key: str, value: object, place: str, max_chars: int = fields.MAX_TEXT_CHARS) -> str:
    """Check that a field is text; the error names the place."""
    try:
        return fields.text(key, value, max_chars)
    except DataError as error:
        raise DataError(f"{place}: {error}") from error


def seconds(key: str, value: object, place: str) -> float | None:
    """Read seconds, as a number or written out; None where the field is absent or empty."""
    if value is None or value == "":
        return None
    try:
        number = math.nan if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number <= stm.MAX_TIME_S:
        raise DataError(
            f"{place}: {key} is {ascii(value)[:80]}; expected seconds from 0 to {stm.MAX_TIME_S:g}"
        )
    return number


def row_of(raw: Mapping[str, object], place: str, folder: Path, audio_folders: tuple[str, ...] = ()) -> Row:
    """Read a row by the usual names of its fields; recordings lie relative to `folder`.

    Raises DataError where it names no recording or no text.
    """
    audio, spoken = first_of(raw, AUDIO_KEYS), next((key for key in TEXT_KEYS if key in raw), None)
    if audio is None or spoken is None:
        keys, what = (AUDIO_KEYS, "recording") if audio is None else (TEXT_KEYS, "text")
        raise DataError(
            f"{place}: names no {what}: it has {', '.join(map(str, raw))[:200]}; expected one of "
            f"{', '.join(keys)}"
        )
    return Row(
        place,
        located(text(*audio, place), place, folder, audio_folders),
        " ".join(text(spoken, raw[spoken], place).split()),
        seconds("offset", raw.get("offset"), place) or 0.0,
        seconds("duration", raw.get("duration"), place),
        name(raw, TALK_KEYS, place),
        name(raw, SPEAKER_KEYS, place),
        name(raw, LANGUAGE_KEYS, place),
    )


def located(value: str, place: str, folder: Path, others: tuple[str, ...] = ()) -> Path:
    """Find a recording, absolute or relative to `folder` or to one of `others` in it."""
    if ADDRESS.match(value):
        raise DataError(
            f"{place}: {ascii(value)[:80]} is an address, and nothing is fetched while measuring; fetch it, "
            "and write the file's path here"
        )
    candidates = [folder / value, *(folder / other / value for other in others)]
    try:
        path = next((each for each in candidates if each.is_file()), None)
    except (OSError, ValueError) as error:
        raise DataError(f"{place}: {ascii(value)[:80]} is no path ({error})") from error
    if path is None:
        raise DataError(f"{place}: {candidates[0]} is missing; paths are absolute, or relative to {folder}")
    return path
