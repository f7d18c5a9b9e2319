"""Rows of any format made a corpus: recordings looked into and named, talks told apart, languages agreed."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from asr_harness import languages
from asr_harness.corpora.base import Corpus, Segment
from asr_harness.corpora.slices import content, fields
from asr_harness.corpora.sources import audio, conversion
from asr_harness.counting import counted
from asr_harness.errors import DataError
from asr_harness.schema.audio import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from asr_harness.corpora.formats.base import Format, Row

MAX_NAME_CHARS = 60
"""Of a recording's name in the ids of its utterances."""
MAX_ROWS = 1_000_000
ONE_TALK = "all"
ONE_GROUP = "no row names a talk or a speaker: error rates have one group, and no interval over speakers"
_ODD = re.compile(r"[^\w.-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Recording:
    """What a recording's header says, and the name that tells it from all others."""

    name: str
    length_s: float
    rate_hz: int
    n_channels: int

    @property
    def converts(self) -> bool:
        """Whether it is something else than mono at `SAMPLE_RATE_HZ`."""
        return (self.n_channels, self.rate_hz) != (1, SAMPLE_RATE_HZ)


def corpus_of(name: str, path: Path, format_: Format) -> Corpus:
    """Make a corpus of all rows; raises DataError naming the place of what is wrong."""
    rows = _bounded(format_.rows(path), path)
    recordings = _recordings(rows, path if path.is_dir() else path.parent)
    n_segments = Counter(row.audio for row in rows)
    segments = tuple(_segment(row, recordings[row.audio], is_long=n_segments[row.audio] > 1) for row in rows)
    files = [*format_.files(path), *recordings]
    converted = [recording for recording in recordings.values() if recording.converts]
    fingerprint = content.fingerprint(files)
    if converted:
        fingerprint = sha256(f"{fingerprint} {conversion.described()}".encode()).hexdigest()
    return Corpus(
        name,
        str(path),
        fingerprint,
        segments,
        language=_language(rows),
        conversion=_conversion(converted, len(recordings)),
        grouping=ONE_GROUP if {segment.talk for segment in segments} == {ONE_TALK} else None,
        wordless=_wordless(rows),
    )


def _bounded(rows: Iterable[Row], path: Path) -> Sequence[Row]:
    kept: list[Row] = []
    for row in rows:
        kept.append(row)
        if len(kept) > MAX_ROWS:
            raise DataError(f"{path} has more than {MAX_ROWS} rows; divide it into several")
    if not kept:
        raise DataError(f"{path} has no rows; a corpus has at least one recording with its text")
    return kept


def _recordings(rows: Sequence[Row], folder: Path) -> dict[Path, Recording]:
    places = {row.audio: row.place for row in reversed(rows)}
    stems = Counter(path.stem for path in places)
    return {
        path: _recording(path, place, None if stems[path.stem] == 1 else folder)
        for path, place in places.items()
    }


def _recording(path: Path, place: str, folder: Path | None) -> Recording:
    """Look into a recording; one of a `folder` shares its file's name with another."""
    import soundfile

    try:
        info = soundfile.info(path)
        rate_hz = conversion.check_format(path, info.channels, info.samplerate)
    except (OSError, soundfile.SoundFileError) as error:
        raise DataError(f"{place}: {path} cannot be decoded ({error}); fetch or convert it again") from error
    except DataError as error:
        raise DataError(f"{place}: {error}") from error
    if info.frames == 0:
        raise DataError(f"{place}: {path} holds no audio (0 samples); record it again, or leave it out")
    if not 0 < info.frames <= audio.MAX_RECORDING_S * rate_hz:
        raise DataError(
            f"{place}: {path} claims {info.frames / rate_hz / 3600:.1f} h of audio; at most "
            f"{audio.MAX_RECORDING_S / 3600:g} h are read"
        )
    return Recording(_name(path, folder), info.frames / rate_hz, rate_hz, info.channels)


def _name(path: Path, folder: Path | None) -> str:
    """Name a recording as file names can; by its place in the folder, so that a corpus may be moved."""
    name = _ODD.sub("_", path.stem)[:MAX_NAME_CHARS]
    if folder is None and name == path.stem:
        return name
    is_within = folder is not None and path.is_relative_to(folder)
    place = path.relative_to(folder) if folder is not None and is_within else path if folder else path.stem
    return f"{name}-{sha256(str(place).encode('utf-8', 'surrogateescape')).hexdigest()[:8]}"


def _segment(row: Row, recording: Recording, *, is_long: bool) -> Segment:
    """Make a segment; where none is named, a recording of several segments is a talk, else its speaker."""
    end_s = recording.length_s if row.duration_s is None else row.start_s + row.duration_s
    if end_s > recording.length_s + audio.OVERHANG_S or row.start_s >= recording.length_s:
        raise DataError(
            f"{row.place}: goes from {row.start_s:g} to {end_s:g} s, but {row.audio} is "
            f"{recording.length_s:.2f} s long; mend the times, or get the recording that belongs to them"
        )
    if row.channel is not None and row.channel >= recording.n_channels:
        raise DataError(
            f"{row.place}: channel {row.channel}, counted from 0, of {row.audio}, which has "
            f"{recording.n_channels} channels; mend it"
        )
    try:
        of_recording = recording.name if is_long else None
        talk = fields.file_name("the talk", row.talk or of_recording or row.speaker or ONE_TALK)
    except DataError as error:
        raise DataError(f"{row.place}: {error}") from error
    takes_channel = row.channel is not None and recording.n_channels > 1
    return Segment(
        talk,
        row.speaker or talk,
        row.audio,
        row.start_s,
        end_s,
        row.text,
        name=f"{recording.name}-c{row.channel}" if takes_channel else recording.name,
        converts=recording.converts,
        channel=row.channel if takes_channel else None,
    )


def _language(rows: Sequence[Row]) -> str | None:
    """Give the language that all rows agree on; None where they do not, or none says it."""
    spoken: dict[str | None, str] = {}
    for row in rows:
        try:
            spoken.setdefault(languages.parse(row.language) if row.language else None, row.place)
        except DataError as error:
            raise DataError(f"{row.place}: {error}") from error
    return next(iter(spoken)) if len(spoken) == 1 else None


def _conversion(converted: Sequence[Recording], n_recordings: int) -> str | None:
    if not converted:
        return None
    kinds = Counter(f"{one.rate_hz} Hz, {one.n_channels} channels" for one in converted)
    listed = ", ".join(f"{n} of {kind}" for kind, n in kinds.most_common(3))
    return f"{len(converted)} of {n_recordings} recordings ({listed}) {conversion.described()}"


def _wordless(rows: Sequence[Row]) -> str | None:
    places = [row.place for row in rows if not row.text]
    if not places:
        return None
    return (
        f"{len(places)} of {counted(len(rows), 'reference')} without a word, the first at {places[0]}: "
        "counted as silence, where every word that is heard is an error"
    )
