"""Slices: cut and selected from a corpus, and prepared in the cache once."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from asr_harness import languages
from asr_harness.corpora.harms import harmed, split_spec
from asr_harness.corpora.registry import find_kind, open_corpus
from asr_harness.corpora.slices import buckets, storage
from asr_harness.corpora.slices import manifest as manifests
from asr_harness.corpora.slices.manifest import Choices, Entry, Manifest
from asr_harness.corpora.slices.selection import select
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from asr_harness.corpora.base import Corpus, Segment, Slice

MAX_WORKERS = 4
"""Each holds one utterance in memory at a time."""


def load_slice(
    spec: str, bucket: str, *, limits_s: tuple[float, float], n_utterances: int | None, seed: int = 0
) -> Slice:
    """Load the slice of a bucket from the cache, preparing it first where it is not there.

    Harms at the end of `spec` are applied on the fly, and change the fingerprint.
    Utterances are in the order of selection; where the corpus has fewer than `n_utterances`, all it has.
    Raises DataError if the corpus has none, or anything prepared has changed since.
    """
    choices = Choices(limits_s, n_utterances, seed)
    clean, harms = split_spec(spec)
    kind, corpus = find_kind(clean), open_corpus(clean)
    language = corpus.language or kind.language
    loaded = replace(
        storage.load(prepare(corpus, bucket, choices), bucket, n_utterances),
        language=language,
        normaliser=kind.normaliser or languages.normaliser_of(language),
        conversion=corpus.conversion,
        grouping=corpus.grouping,
        wordless=corpus.wordless,
        n_in_bucket=len(buckets.cut(corpus.segments, limits_s)) or None,
    )
    return harmed(loaded, harms)


def prepare(
    corpus: Corpus,
    bucket: str,
    choices: Choices,
    *,
    again: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Store a slice unless it, or a larger one that begins with it, is there; give the path of its manifest.

    The manifest comes last: a killed run leaves whole utterances for the next to find, and no slice. `again`
    checks all against the source even so. `on_progress` gets the utterances stored and those wanted.
    """
    buckets.check_limits(bucket, choices.limits_s)
    folder = manifests.folder(corpus.name, corpus.fingerprint)
    existing = None if again else manifests.find(folder, choices)
    if existing:
        return existing
    entries = _store_all(_selected(corpus, bucket, choices), folder, on_progress)
    manifest = Manifest(
        corpus=corpus.name,
        origin=corpus.origin,
        source_fingerprint=corpus.fingerprint,
        choices=choices,
        fingerprint=manifests.combine(entry.fingerprint for entry in entries),
        entries=entries,
    )
    manifests.write(folder / choices.file_name, manifest)
    return folder / choices.file_name


def _store_all(
    segments: tuple[Segment, ...], folder: Path, on_progress: Callable[[int, int], None] | None
) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    with ThreadPoolExecutor(min(MAX_WORKERS, os.cpu_count() or 1)) as pool:
        for entry in pool.map(lambda segment: storage.store(segment, folder), segments):
            entries.append(entry)
            if on_progress:
                on_progress(len(entries), len(segments))
    return tuple(entries)


def _selected(corpus: Corpus, bucket: str, choices: Choices) -> tuple[Segment, ...]:
    if not corpus.segments:
        raise DataError(
            f"{corpus.name} ({corpus.origin}) has no {choices.file_name} among its prepared slices; "
            "choose what was prepared, or get the corpus"
        )
    segments = select(buckets.cut(corpus.segments, choices.limits_s), choices.n_utterances, choices.seed)
    if segments:
        return segments
    held = {name: len(buckets.cut(corpus.segments, limits_s)) for name, limits_s in buckets.BUCKETS_S.items()}
    listed = ", ".join(f"{name} {n}" for name, n in held.items())
    low_s, high_s = choices.limits_s
    raise DataError(
        f"{corpus.name} ({corpus.origin}) has nothing in bucket {bucket!r}, {low_s:g}-{high_s:g} s; "
        f"it holds {listed}; select those by --asr-buckets, or by the profile's buckets"
    )
