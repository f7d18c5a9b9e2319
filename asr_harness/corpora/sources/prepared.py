"""A corpus that is known only by the slices that were prepared from it."""

from __future__ import annotations

from asr_harness.corpora.base import Corpus
from asr_harness.corpora.slices import manifest as manifests
from asr_harness.errors import DataError


def open_prepared(name: str) -> Corpus:
    """Open the source that was prepared last; raises DataError if none was."""
    paths = manifests.all_paths(name)
    if not paths:
        raise DataError(f"no slice of {name} has been prepared in {manifests.folder(name, '').parent}")
    manifest = manifests.read(max(paths, key=lambda path: path.stat().st_mtime_ns))
    return Corpus(name, f"prepared from {manifest.origin}", manifest.source_fingerprint, ())
