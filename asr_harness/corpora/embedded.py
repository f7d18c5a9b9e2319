"""The package's own synthetic talks, in TED-LIUM's layout."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from asr_harness.corpora.base import CorpusKind
from asr_harness.corpora.sources import layout
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from asr_harness.corpora.base import Corpus

TALKS = Path(__file__).parent / "talks"


def open_at(location: str | None) -> Corpus:
    """Open the talks; they have no other location."""
    if location is not None:
        raise DataError(
            f"embedded has no locations, got {location!r}; for your own folder use tedlium:FOLDER"
        )
    return layout.open_folder("embedded", TALKS, origin="the package's own talks")


CORPUS = CorpusKind("embedded", open_at)
