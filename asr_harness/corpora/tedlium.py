"""TED-LIUM release 3, dev: from the first of several sources that has it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from asr_harness import paths
from asr_harness.corpora.base import CorpusKind
from asr_harness.corpora.sources import locations as sources
from asr_harness.corpora.sources.hub import MIRRORS

if TYPE_CHECKING:
    from asr_harness.corpora.base import Corpus

VARIABLE = "ASR_HARNESS_TEDLIUM"
LOCAL = ("TEDLIUM_release-3", "TEDLIUM_release-3.tgz", "~/TEDLIUM_release-3", "~/TEDLIUM_release-3.tgz")
DEFAULT_ORDER = (*LOCAL, *(f"{sources.HUB}{mirror.repository}" for mirror in MIRRORS[:3]), sources.PREPARED)
"""The long-form mirror has no segment times and fills no bucket: it is only opened by name."""


def open_at(location: str | None) -> Corpus:
    """Open a location, or the first usable of several divided by commas.

    Without one, `ASR_HARNESS_TEDLIUM` says the same; without that, `DEFAULT_ORDER`.
    """
    chosen = location or os.environ.get(VARIABLE) or ",".join(DEFAULT_ORDER)
    if paths.is_there(chosen):
        return sources.open_first("tedlium", [chosen])
    return sources.open_first("tedlium", [part.strip() for part in chosen.split(",") if part.strip()])


CORPUS = CorpusKind("tedlium", open_at)
