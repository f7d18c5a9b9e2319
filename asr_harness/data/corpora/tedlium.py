"""TED-LIUM release 3, dev: from a folder or an archive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from asr_harness.data import layout
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from asr_harness.data.corpus import Corpus


def open_at(location: str | None) -> Corpus:
    """Open the corpus at a location."""
    if location is None:
        raise DataError("say where TED-LIUM is: tedlium:/path/to/TEDLIUM_release-3")
    return layout.open_folder("tedlium", Path(location).expanduser())
