"""Utterances in the cache: stored as FLAC, and checked against their manifest whenever they are loaded."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from asr_harness import cache
from asr_harness.corpora.base import Slice, Utterance
from asr_harness.corpora.slices import manifest as manifests
from asr_harness.corpora.slices.manifest import Entry
from asr_harness.corpora.sources import audio, conversion
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from asr_harness.corpora.base import Segment
    from asr_harness.corpora.sources.audio import Pcm

MAX_FILE_BYTES = 1024**3
"""More than `audio.MAX_CLIP_S` takes without any compression."""


def store(segment: Segment, folder: Path) -> Entry:
    """Read a segment from its recording and store it, unless the same audio is stored already.

    Raises DataError naming talk and segment if its audio cannot be measured.
    """
    try:
        pcm = _read(segment)
    except DataError as error:
        raise DataError(f"talk {segment.talk}, segment {segment.id}: {error}") from error
    file = f"{manifests.AUDIO}/{segment.id}.flac"
    content = _stored(folder / file, pcm)
    if content is None:
        content = audio.encode_flac(pcm)
        cache.publish(folder / file, content)
    return Entry(
        id=segment.id,
        talk=segment.talk,
        speaker=segment.speaker,
        start_s=segment.start_s,
        end_s=segment.end_s,
        reference=segment.reference,
        file=file,
        sha256=sha256(content).hexdigest(),
        fingerprint=manifests.utterance_fingerprint(segment.reference, pcm),
    )


def _read(segment: Segment) -> Pcm:
    stretch = segment.recording, segment.start_s, segment.end_s
    return conversion.read_pcm(*stretch, segment.channel) if segment.converts else audio.read_pcm(*stretch)


def load(path: Path, bucket: str, n_utterances: int | None = None) -> Slice:
    """Load the first utterances of a prepared slice, all unless told otherwise.

    Raises DataError naming the file if anything differs from what was stored.
    """
    manifest = manifests.read(path)
    entries = manifest.entries[:n_utterances]
    utterances = tuple(_load_utterance(path.parent, entry) for entry in entries)
    fingerprint = manifests.combine(entry.fingerprint for entry in entries)
    return Slice(manifest.corpus, bucket, utterances, fingerprint)


def _stored(path: Path, pcm: Pcm) -> bytes | None:
    try:
        content = path.read_bytes()
        same = np.array_equal(audio.decode_pcm(content, path), pcm)
    except (OSError, DataError):
        return None
    return content if same else None


def _load_utterance(folder: Path, entry: Entry) -> Utterance:
    path = folder / entry.file
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise _changed(path, f"it has more than {MAX_FILE_BYTES} bytes")
        content = path.read_bytes()
    except OSError as error:
        raise _changed(path, str(error.strerror)) from error
    if sha256(content).hexdigest() != entry.sha256:
        raise _changed(path, "its bytes are not those that were stored")
    pcm = audio.decode_pcm(content, path)
    if manifests.utterance_fingerprint(entry.reference, pcm) != entry.fingerprint:
        raise _changed(path, "its samples or reference are not those that were stored")
    return Utterance(
        id=entry.id,
        talk=entry.talk,
        speaker=entry.speaker,
        start_s=entry.start_s,
        end_s=entry.end_s,
        reference=entry.reference,
        samples=audio.to_samples(pcm),
    )


def _changed(path: Path, why: str) -> DataError:
    return DataError(
        f"{path} is damaged: {why}; mend it with asr-harness prepare --again and the same choices"
    )
