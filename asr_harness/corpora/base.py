"""What every corpus gives, and how one is found by its name."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from asr_harness import corpora
from asr_harness.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Segment:
    """A transcribed stretch of one recording; not `scored` where the corpus says to ignore it."""

    talk: str
    speaker: str
    recording: Path
    start_s: float
    end_s: float
    reference: str
    scored: bool = True

    @property
    def id(self) -> str:
        """Name the recording and the times in milliseconds, as file names can."""
        return f"{self.recording.stem}-{round(self.start_s * 1000):07d}-{round(self.end_s * 1000):07d}"


@dataclass(frozen=True, slots=True)
class Corpus:
    """All segments of a corpus, where they were found, and a digest of the files that they came from.

    A corpus that is known only by its prepared slices has no segments.
    """

    name: str
    origin: str
    fingerprint: str
    segments: tuple[Segment, ...]


def open_corpus(spec: str) -> Corpus:
    """Open `NAME` or `NAME:LOCATION`; each name is a module of `corpora` with `open_at(location)`.

    Raises DataError if the name is unknown, or nothing usable is at the location.
    """
    name, _, location = spec.partition(":")
    known = [module.name for module in iter_modules(corpora.__path__)]
    if name not in known:
        raise DataError(
            f"no corpus {name!r}; there are {', '.join(known)}. "
            f"To add it, write asr_harness/corpora/{name}.py with open_at(location)"
        )
    module = import_module(f"{corpora.__name__}.{name}")
    corpus: Corpus = module.open_at(location or None)
    return corpus
