"""A corpus of one's own as `manifest:PATH`, in any of the formats of `formats/`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness import paths
from asr_harness.corpora.base import CorpusKind
from asr_harness.corpora.formats import FORMATS
from asr_harness.corpora.formats.assembly import corpus_of
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from asr_harness.corpora.base import Corpus


def open_at(location: str | None) -> Corpus:
    """Open a file or folder by the first format that knows it; raises DataError listing them if none does."""
    known = "; ".join(format_.what for format_ in FORMATS.all().values())
    if location is None:
        raise DataError(f"say where it is, as in manifest:test.jsonl; there are: {known}")
    if not paths.is_there(location):
        raise DataError(f"{paths.expanded(location)} does not exist; manifest:PATH takes {known}")
    path = paths.expanded(location)
    for format_ in FORMATS.all().values():
        if format_.is_it(path):
            return corpus_of("manifest", path, format_)
    raise DataError(f"{path} is in no format that is known; manifest:PATH takes {known}")


CORPUS = CorpusKind("manifest", open_at, language=None)
