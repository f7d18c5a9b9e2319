"""A folder of recordings, each beside a text file of its name; a folder within is a talk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.corpora.formats import base, kaldi, saved_dataset
from asr_harness.corpora.formats.base import Format, Row
from asr_harness.corpora.sources import stm
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AUDIO = frozenset({".wav", ".flac", ".mp3", ".ogg", ".opus", ".sph", ".aif", ".aiff"})
TEXT = ".txt"


def _recordings(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in AUDIO and path.is_file())


def _rows(folder: Path) -> Iterator[Row]:
    recordings = _recordings(folder)
    if not recordings:
        raise DataError(
            f"{folder} holds no recordings ({', '.join(sorted(AUDIO))}), neither itself nor below"
        )
    for recording in recordings:
        written = recording.with_suffix(TEXT)
        if not written.is_file():
            raise DataError(
                f"{recording}: {written.name} is missing; write what is said in it there, in UTF-8"
            )
        text = stm.decode(base.content(written), str(written))
        within = recording.parent.relative_to(folder).as_posix().replace("/", "-")
        yield Row(
            str(written),
            recording,
            " ".join(base.text("text", text, str(written)).split()),
            talk=None if recording.parent == folder else within,
        )


FORMAT = Format(
    "a folder of recordings, each beside a .txt of its name",
    lambda path: path.is_dir() and not (kaldi.FORMAT.is_it(path) or saved_dataset.FORMAT.is_it(path)),
    _rows,
    lambda folder: [recording.with_suffix(TEXT) for recording in _recordings(folder)],
)
