"""Slices: cut, selected, stored once in the cache, and checked whenever they are loaded."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import TYPE_CHECKING

from asr_harness.data import audio, buckets, cache
from asr_harness.data import manifest as manifests
from asr_harness.data.corpus import Corpus, open_corpus
from asr_harness.data.manifest import Choices, Entry, Manifest
from asr_harness.data.selection import select
from asr_harness.errors import DataError
from asr_harness.types import Slice, Utterance

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from asr_harness.data.audio import Pcm
    from asr_harness.data.buckets import Stretch

MAX_WORKERS = 4


def load_slice(
    spec: str, bucket: str, *, limits_s: tuple[float, float], n_utterances: int | None, seed: int = 0
) -> Slice:
    """Load the slice of a bucket from the cache, preparing it first where it is not there.

    Utterances are in the order of selection; where the corpus has fewer than `n_utterances`, all it has.
    Raises DataError if the corpus has none, or anything prepared has changed since.
    """
    buckets.check_limits(bucket, limits_s)
    path = prepare(open_corpus(spec), bucket, Choices(limits_s, n_utterances, seed))
    return load(path, bucket)


def prepare(
    corpus: Corpus, bucket: str, choices: Choices, on_progress: Callable[[int, int], None] | None = None
) -> Path:
    """Store a slice unless it is there already, and give the path of its manifest.

    The manifest comes last: a killed run leaves whole utterances for the next to find, and no slice.
    `on_progress` gets the utterances stored and those wanted.
    """
    path = manifests.folder(corpus.name, corpus.fingerprint) / choices.file_name
    if path.exists():
        return path
    stretches = _selected(corpus, bucket, choices)
    entries: list[Entry] = []
    digests = []
    with ThreadPoolExecutor(min(MAX_WORKERS, os.cpu_count() or 1)) as pool:
        for entry, digest in pool.map(lambda stretch: _store(stretch, path.parent), stretches):
            entries.append(entry)
            digests.append(digest)
            if on_progress:
                on_progress(len(entries), len(stretches))
    fingerprint = manifests.combine(digests)
    manifests.write(
        path,
        Manifest(corpus.name, corpus.origin, corpus.fingerprint, choices, fingerprint, tuple(entries)),
    )
    return path


def load(path: Path, bucket: str) -> Slice:
    """Load a prepared slice; raises DataError naming the file if anything differs from what was stored."""
    manifest = manifests.read(path)
    decoded = [(entry, _checked_pcm(path.parent, entry)) for entry in manifest.entries]
    found = manifests.combine(manifests.utterance_digest(entry.reference, pcm) for entry, pcm in decoded)
    if found != manifest.fingerprint:
        raise DataError(f"{path} does not match its audio; delete it and prepare again")
    utterances = tuple(_utterance(entry, pcm) for entry, pcm in decoded)
    return Slice(manifest.corpus, bucket, utterances, manifest.fingerprint)


def _selected(corpus: Corpus, bucket: str, choices: Choices) -> tuple[Stretch, ...]:
    stretches = select(buckets.cut(corpus.segments, choices.limits_s), choices.n_utterances, choices.seed)
    if stretches:
        return stretches
    held = {name: len(buckets.cut(corpus.segments, limits_s)) for name, limits_s in buckets.BUCKETS_S.items()}
    listed = ", ".join(f"{name} {n}" for name, n in held.items())
    low_s, high_s = choices.limits_s
    raise DataError(
        f"{corpus.name} ({corpus.origin}) has nothing in bucket {bucket!r}, {low_s:g}-{high_s:g} s; "
        f"it holds {listed}"
    )


def _store(stretch: Stretch, folder: Path) -> tuple[Entry, str]:
    pcm = audio.read_pcm(stretch.recording, stretch.start_s, stretch.end_s)
    file = f"audio/{stretch.id}.flac"
    content = audio.encode_flac(pcm)
    cache.publish(folder / file, content)
    entry = Entry(
        id=stretch.id,
        talk=stretch.talk,
        speaker=stretch.speaker,
        start_s=stretch.start_s,
        end_s=stretch.end_s,
        reference=stretch.reference,
        file=file,
        n_samples=len(pcm),
        sha256=sha256(content).hexdigest(),
    )
    return entry, manifests.utterance_digest(stretch.reference, pcm)


def _utterance(entry: Entry, pcm: Pcm) -> Utterance:
    return Utterance(
        id=entry.id,
        talk=entry.talk,
        speaker=entry.speaker,
        start_s=entry.start_s,
        end_s=entry.end_s,
        reference=entry.reference,
        samples=audio.to_samples(pcm),
    )


def _checked_pcm(folder: Path, entry: Entry) -> Pcm:
    path = folder / entry.file
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); prepare again with --force") from error
    if sha256(content).hexdigest() != entry.sha256:
        raise DataError(f"{path} has changed since it was prepared; prepare again with --force")
    return audio.decode_pcm(content, path)
