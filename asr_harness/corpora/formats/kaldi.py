"""Kaldi's folders: `wav.scp` and `text`, with `segments`, `utt2spk`, `utt2lang` and channels where there are.

What is a command in `wav.scp`, with `|` at its end, is refused by its name and never run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.corpora.formats import base
from asr_harness.corpora.formats.base import Format, Row
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCP, TEXT, SEGMENTS = "wav.scp", "text", "segments"
SPEAKERS, LANGUAGES, CHANNELS = "utt2spk", "utt2lang", "reco2file_and_channel"
FILES = (SCP, TEXT, SEGMENTS, SPEAKERS, LANGUAGES, CHANNELS)
CHANNEL_NAMES = {"a": 0, "b": 1, "1": 0, "2": 1}

Table = dict[str, tuple[str, str]]
"""Place and rest of each line, by its first word."""


def _table(path: Path, *, is_needed: bool = False) -> Table:
    if not is_needed and not path.is_file():
        return {}
    table: Table = {}
    for place, line in base.lines(path):
        key, _, rest = line.strip().partition(" ") if " " in line.strip() else line.strip().partition("\t")
        if key in table:
            raise DataError(f"{place}: {key[:80]!r} stands in {table[key][0]} already; keep one of them")
        table[key] = place, rest.strip()
    return table


def _rows(folder: Path) -> Iterator[Row]:
    texts, wavs = _table(folder / TEXT, is_needed=True), _table(folder / SCP, is_needed=True)
    segments, channels = _table(folder / SEGMENTS), _table(folder / CHANNELS)
    speakers, languages = _table(folder / SPEAKERS), _table(folder / LANGUAGES)
    audio = {key: _audio(key, *line, folder) for key, line in wavs.items()}
    for utterance, (place, spoken) in texts.items():
        stretch = _stretch(utterance, place, segments) if segments else (utterance, 0.0, None)
        recording, start_s, duration_s = stretch
        if recording not in audio:
            raise DataError(f"{place}: {recording[:80]!r} is not in {folder / SCP}; add its recording there")
        yield Row(
            place,
            audio[recording],
            " ".join(base.text(TEXT, spoken, place).split()),
            start_s,
            duration_s,
            speaker=speakers.get(utterance, ("", None))[1],
            language=languages.get(utterance, ("", None))[1],
            channel=_channel(*channels[recording]) if recording in channels else None,
        )


def _audio(key: str, place: str, value: str, folder: Path) -> Path:
    if value.endswith("|"):
        raise DataError(
            f"{place}: {key[:80]!r} is a command ({value[:60]!r}), which is not run; write its output to a "
            "file, and the file's path here"
        )
    return base.located(value, place, folder)


def _stretch(utterance: str, place: str, segments: Table) -> tuple[str, float, float | None]:
    if utterance not in segments:
        raise DataError(
            f"{place}: {utterance[:80]!r} is not in {SEGMENTS}; add its recording and times there"
        )
    where, line = segments[utterance]
    parts = line.split()
    if len(parts) != 3:  # noqa: PLR2004
        raise DataError(f"{where}: {line[:60]!r} is not: UTTERANCE RECORDING START END")
    start_s, end_s = (
        base.seconds(key, value, where) for key, value in zip(("start", "end"), parts[1:], strict=True)
    )
    if start_s is None or end_s is None or end_s < start_s:
        raise DataError(f"{where}: ends at {parts[2]} s, before it starts at {parts[1]} s")
    return parts[0], start_s, end_s - start_s


def _channel(place: str, line: str) -> int:
    name = line.rsplit(maxsplit=1)[-1].lower() if line else ""
    if name not in CHANNEL_NAMES:
        raise DataError(f"{place}: channel {name[:40]!r} is none of {', '.join(CHANNEL_NAMES)}")
    return CHANNEL_NAMES[name]


FORMAT = Format(
    "a Kaldi folder with wav.scp and text",
    lambda path: (path / SCP).is_file(),
    _rows,
    lambda path: [path / name for name in FILES if (path / name).is_file()],
)
