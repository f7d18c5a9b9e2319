"""STM transcripts as NIST SCTK and TED-LIUM write them: file, channel, speaker, start, end, label, text."""

from __future__ import annotations

import codecs
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asr_harness.corpora.slices import fields
from asr_harness.errors import DataError
from asr_harness.paths import read_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

IGNORED = "ignoretimesegmentinscoring"
"""The tag of stretches that are not scored, without what its spellings differ in."""

MAX_TIME_S = 48 * 3600.0
MAX_BYTES = 256 * 1024**2

_LINE = re.compile(
    r"([^ \t]+)[ \t]+([^ \t]+)[ \t]+([^ \t]+)[ \t]+([^ \t]+)[ \t]+([^ \t]+)"
    r"(?:[ \t]+(<(?!unk>|sil>)[^<> \t]*>)(?=[ \t]|$))?(?:[ \t]+(.*))?",
    re.DOTALL,
)
_CHANNELS = {"1", "a"}
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class StmLine:
    """One line of an STM file; the label keeps its angle brackets and is empty where there is none."""

    talk: str
    speaker: str
    start_s: float
    end_s: float
    label: str
    text: str

    @property
    def scored(self) -> bool:
        """Tell by the text alone: ignored stretches can carry a true speaker's name.

        The tag is known in every spelling: in capitals, in brackets, with blanks or hyphens for underscores.
        """
        return _NOT_LETTERS.sub("", self.text or self.label).lower() != IGNORED


def read_stm(path: Path) -> tuple[StmLine, ...]:
    """Read a file in UTF-8, or in Latin-1 where it is not UTF-8; raises DataError with file and line."""
    try:
        content = read_file(path, MAX_BYTES)
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror})") from error
    return parse_stm(content, str(path))


def parse_stm(content: bytes, name: str) -> tuple[StmLine, ...]:
    """Parse the bytes of an STM file; `name` stands in errors."""
    lines = []
    # not splitlines(): Latin-1 text may hold 0x85, which it takes for a line's end
    for number, line in enumerate(decode(content, name).split("\n"), start=1):
        stripped = line.strip(" \t\r")
        if stripped and not stripped.startswith(";;"):
            lines.append(_parse_line(stripped, f"{name}:{number}"))
    return tuple(lines)


def decode(content: bytes, name: str) -> str:
    """Decode a transcript: UTF-8 with or without a mark, UTF-16 with one, else Latin-1.

    Raises DataError where there are NULs, as in UTF-16 without a mark.
    """
    try:
        text = content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        text = content.removeprefix(codecs.BOM_UTF8).decode("latin-1")
    if "\0" in text:
        number = text[: text.index("\0")].count("\n") + 1
        raise DataError(
            f"{name}:{number}: holds a NUL, so it is no text in UTF-8 or Latin-1; convert it: iconv"
        )
    return text


def format_stm(lines: Iterable[StmLine]) -> str:
    """Write lines as TED-LIUM does; `parse_stm` gives the same lines back."""
    return "".join(
        " ".join(filter(None, (x.talk, "1", x.speaker, str(x.start_s), str(x.end_s), x.label, x.text))) + "\n"
        for x in lines
    )


def _parse_line(line: str, place: str) -> StmLine:
    match = _LINE.fullmatch(line)
    if match is None:
        raise DataError(f"{place}: {line[:60]!r} is not: file, channel, speaker, start, end, label, text")
    talk, channel, speaker, start, end, label, text = match.groups(default="")
    if channel.lower() not in _CHANNELS:
        raise DataError(f"{place}: channel {channel!r}, but only mono recordings are read, with channel 1")
    try:
        fields.file_name("the file", talk)
    except DataError as error:
        raise DataError(f"{place}: {error}, as recordings are read by it") from error
    start_s, end_s = _time_s(start, place), _time_s(end, place)
    if end_s < start_s:
        raise DataError(f"{place}: ends at {end} s, before it starts at {start} s")
    return StmLine(talk, speaker, start_s, end_s, label, text)


def _time_s(text: str, place: str) -> float:
    try:
        time_s = float(text)
    except ValueError:
        time_s = math.nan
    if not 0 <= time_s <= MAX_TIME_S:
        raise DataError(f"{place}: {text!r} is not a time in seconds")
    return time_s
