"""lhotse's manifests: cuts, or supervisions beside recordings, as JSON lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.corpora.formats import base
from asr_harness.corpora.formats.base import Format, Row
from asr_harness.corpora.formats.json_lines import is_lhotse, objects
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Raw = dict[str, object]
SUPERVISIONS, RECORDINGS = "supervisions", "recordings"


def _rows(path: Path) -> Iterator[Row]:
    first = next(objects(path))[1]
    if "supervisions" in first or "type" in first:
        return _of_cuts(path)
    return _of_supervisions(*_pair(path))


def _files(path: Path) -> list[Path]:
    first = next(objects(path))[1]
    return [path] if "supervisions" in first or "type" in first else list(_pair(path))


def _pair(path: Path) -> tuple[Path, Path]:
    """Give the manifest of supervisions and that of recordings, which are named alike."""
    supervisions = path.with_name(path.name.replace(RECORDINGS, SUPERVISIONS))
    recordings = path.with_name(path.name.replace(SUPERVISIONS, RECORDINGS))
    if supervisions == recordings or not (supervisions.is_file() and recordings.is_file()):
        raise DataError(
            f"{path} holds lhotse's {SUPERVISIONS} or {RECORDINGS}, and the other is not beside it: expected "
            f"two files that differ in these words, as {recordings.name} and {supervisions.name}; or make "
            "cuts: lhotse cut simple"
        )
    return supervisions, recordings


def _of_supervisions(supervisions: Path, recordings: Path) -> Iterator[Row]:
    sources = {str(raw.get("id")): (place, raw) for place, raw in objects(recordings)}
    for place, raw in objects(supervisions):
        key = str(raw.get("recording_id"))
        if key not in sources:
            raise DataError(f"{place}: recording_id {key[:80]!r} is not in {recordings}; add it there")
        yield _row(place, raw, _audio(*sources[key], recordings.parent), 0.0)


def _of_cuts(path: Path) -> Iterator[Row]:
    for place, cut in objects(path):
        if cut.get("type", "MonoCut") != "MonoCut":
            raise DataError(
                f"{place}: a {str(cut['type'])[:40]}; only MonoCut is read: write the audio out first, with "
                "lhotse's save_audios"
            )
        recording, spoken = cut.get("recording"), cut.get("supervisions")
        if not isinstance(recording, dict) or not isinstance(spoken, list):
            raise DataError(f"{place}: a cut without recording or supervisions; write it with both")
        audio = _audio(place, recording, path.parent)
        start_s = base.seconds("start", cut.get("start"), place) or 0.0
        for raw in spoken:
            if not isinstance(raw, dict):
                raise DataError(f"{place}: a supervision is a {type(raw).__name__}; expected an object")
            yield _row(place, {"channel": cut.get("channel"), **raw}, audio, start_s)


def _row(place: str, raw: Raw, audio: Path, offset_s: float) -> Row:
    channel = raw.get("channel")
    if channel is not None and (isinstance(channel, bool) or not isinstance(channel, int) or channel < 0):
        raise DataError(f"{place}: channel is {ascii(channel)[:40]}; expected one number, counted from 0")
    duration_s = base.seconds("duration", raw.get("duration"), place)
    if duration_s is None:
        raise DataError(f"{place}: a supervision without duration; write it in seconds")
    return Row(
        place,
        audio,
        " ".join(base.text("text", raw.get("text"), place).split()),
        offset_s + (base.seconds("start", raw.get("start"), place) or 0.0),
        duration_s,
        speaker=base.name(raw, ("speaker",), place),
        language=base.name(raw, ("language",), place),
        channel=channel,
    )


def _audio(place: str, recording: Raw, folder: Path) -> Path:
    sources = recording.get("sources")
    source = sources[0] if isinstance(sources, list) and len(sources) == 1 else None
    if not isinstance(source, dict) or source.get("type") != "file":
        kind = source.get("type") if isinstance(source, dict) else f"{sources!r}"[:60]
        raise DataError(
            f"{place}: its recording's source is {str(kind)[:60]!r}; one of type 'file' is read, and no "
            "command is run: write the audio out first, with lhotse's save_audios"
        )
    return base.located(base.text("source", source.get("source"), place), place, folder)


FORMAT = Format("lhotse's cuts, or supervisions beside recordings", is_lhotse, _rows, _files)
