"""LibriSpeech's layout: `SPEAKER/CHAPTER/SPEAKER-CHAPTER.trans.txt` beside one FLAC file an utterance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness import cache
from asr_harness.corpora.base import Corpus, CorpusKind, Segment
from asr_harness.corpora.slices import content, fields
from asr_harness.corpora.sources import audio, stm
from asr_harness.errors import DataError
from asr_harness.paths import read_file

if TYPE_CHECKING:
    from pathlib import Path


def open_at(location: str | None) -> Corpus:
    """Open a folder such as `LibriSpeech/dev-clean`; a talk is a chapter.

    Every utterance is a recording of its own, so nothing joins. Raises DataError if it is missing or damaged.
    """
    if location is None:
        raise DataError("say where LibriSpeech is, as in librispeech:LibriSpeech/dev-clean")
    folder = cache.expanded(location)
    transcripts = sorted(folder.rglob("*.trans.txt"))
    if not transcripts:
        raise DataError(f"{folder} holds no *.trans.txt, neither itself nor below")
    segments = [segment for transcript in transcripts for segment in _read(transcript)]
    fingerprint = content.fingerprint([*transcripts, *(segment.recording for segment in segments)])
    return Corpus("librispeech", str(folder), fingerprint, tuple(segments))


def _lines(transcript: Path) -> list[str]:
    try:
        text = stm.decode(read_file(transcript, stm.MAX_BYTES), str(transcript))
    except OSError as error:
        raise DataError(f"{transcript} cannot be read ({error.strerror})") from error
    return text.split("\n")


def _read(transcript: Path) -> list[Segment]:
    segments = []
    for number, line in enumerate(_lines(transcript), start=1):
        if not line.strip():
            continue
        name, _, text = line.strip().partition(" ")
        speaker, _, chapter = name.rpartition("-")[0].partition("-")
        try:
            fields.file_name("the utterance", name)
        except DataError as error:
            raise DataError(f"{transcript}:{number}: {error}") from error
        recording = transcript.parent / f"{name}.flac"
        if not (speaker and chapter):
            raise DataError(f"{transcript}:{number}: {line[:60]!r} is not: SPEAKER-CHAPTER-NUMBER TEXT")
        if not recording.is_file():
            raise DataError(f"{transcript}:{number}: {recording} is missing")
        talk, end_s = f"{speaker}-{chapter}", audio.length_s(recording)
        segments.append(Segment(talk, speaker, recording, 0.0, end_s, text.strip()))
    return segments


CORPUS = CorpusKind("librispeech", open_at)
