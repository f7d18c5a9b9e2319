"""TED-LIUM's folder layout: `stm/TALK.stm` beside `sph/TALK.sph`, or the same audio as FLAC or WAV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.corpora.base import Corpus, Segment
from asr_harness.corpora.slices import content
from asr_harness.corpora.sources.stm import read_stm
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

SUBFOLDERS = ("legacy/dev", "dev", ".", "TEDLIUM_release-3/legacy/dev", "TEDLIUM_release3/legacy/dev")
AUDIO_SUFFIXES = (".sph", ".flac", ".wav")


def find(folder: Path) -> Path:
    """Give the folder that holds `stm` and `sph`, at or below `folder`; raises DataError if there is none."""
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder")
    for name in SUBFOLDERS:
        if (folder / name / "stm").is_dir() and (folder / name / "sph").is_dir():
            return folder / name
    raise DataError(f"{folder} holds no folders stm and sph, nor do {', '.join(SUBFOLDERS[:2])} under it")


def open_folder(name: str, folder: Path, origin: str | None = None) -> Corpus:
    """Open a corpus in TED-LIUM layout; raises DataError if it is missing, empty or damaged."""
    dev = find(folder)
    transcripts = sorted((dev / "stm").glob("*.stm"))
    if not transcripts:
        raise DataError(f"{dev / 'stm'} holds no .stm files")
    segments: list[Segment] = []
    recordings: dict[str, Path] = {}
    for transcript in transcripts:
        for line in read_stm(transcript):
            if line.talk not in recordings:
                recordings[line.talk] = _recording(dev, line.talk, transcript)
            recording = recordings[line.talk]
            segments.append(
                Segment(line.talk, line.speaker, recording, line.start_s, line.end_s, line.text, line.scored)
            )
    if not segments:
        raise DataError(f"{dev / 'stm'} holds no segments, only empty .stm files")
    fingerprint = content.fingerprint([*transcripts, *recordings.values()])
    return Corpus(name, origin or str(dev), fingerprint, tuple(segments))


def _recording(dev: Path, talk: str, transcript: Path) -> Path:
    for suffix in AUDIO_SUFFIXES:
        path = dev / "sph" / f"{talk}{suffix}"
        if path.is_file():
            return path
    raise DataError(f"{transcript} speaks of {talk!r}, but {dev / 'sph'} has no {talk}.sph, .flac or .wav")
