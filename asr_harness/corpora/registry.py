"""How a corpus is found by its name: a file beside this one, or an entry point of another distribution."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from asr_harness.corpora.base import CorpusKind
from asr_harness.errors import DataError, near
from asr_harness.registry import Registry

if TYPE_CHECKING:
    from asr_harness.corpora.base import Corpus

CORPORA = Registry("asr_harness.corpora", "CORPUS", CorpusKind, group="asr_harness.corpora")


def find_kind(spec: str) -> CorpusKind:
    """Find the kind that a SPEC, `KEY` or `KEY:LOCATION`, names; raises DataError listing those there are."""
    key = spec.partition(":")[0]
    if key in CORPORA.names():
        return CORPORA.get(key)
    if Path(key).exists():
        raise DataError(f"no corpus {key!r}; a file or folder of your own is named manifest:{spec}")
    known = ", ".join(sorted(CORPORA.all()))
    raise DataError(
        f"no corpus {key!r}{near(key, CORPORA.names())}; there are {known}. Recordings of your own are named "
        f"manifest:PATH; another kind of corpus is an entry point of the group {CORPORA.group}, with "
        "CORPUS = CorpusKind(…)"
    )


def open_corpus(spec: str) -> Corpus:
    """Open `KEY` or `KEY:LOCATION`.

    Raises DataError if the key is unknown, or nothing usable is at the location.
    """
    try:
        return find_kind(spec).open_at(spec.partition(":")[2] or None)
    except OSError as error:  # a folder that changes, or may not be looked into
        where = f" ({error.filename})" if error.filename else ""
        raise DataError(f"{spec} cannot be read: {error.strerror or error}{where}") from error
