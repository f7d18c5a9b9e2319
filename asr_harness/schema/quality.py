"""What was heard, and the errors of each utterance."""

from __future__ import annotations

from dataclasses import dataclass

from asr_harness.errors import RecordError
from asr_harness.schema.part import Count, Part


@dataclass(frozen=True, slots=True)
class ErrorCounts(Part):
    """Alignments of hypotheses with their references, counted; an entry for each utterance."""

    hits: tuple[Count, ...]
    substitutions: tuple[Count, ...]
    deletions: tuple[Count, ...]
    insertions: tuple[Count, ...]

    def check(self) -> None:
        """Raise RecordError for columns of different lengths."""
        if len({len(self.hits), len(self.substitutions), len(self.deletions), len(self.insertions)}) > 1:
            raise RecordError("hits, substitutions, deletions and insertions are not of as many utterances")

    def __len__(self) -> int:
        return len(self.hits)

    @property
    def n_errors(self) -> tuple[int, ...]:
        """Errors of each utterance: substitutions, deletions and insertions."""
        return tuple(map(sum, zip(self.substitutions, self.deletions, self.insertions, strict=True)))

    @property
    def n_reference(self) -> tuple[int, ...]:
        """Length of each reference: hits, substitutions and deletions."""
        return tuple(map(sum, zip(self.hits, self.substitutions, self.deletions, strict=True)))


@dataclass(frozen=True, slots=True)
class Errors(Part):
    """Errors in normalised words and characters, and in words as they stand; an entry for each utterance.

    An alignment has a letter for each step along the normalised words: C(orrect), S(ubstituted), D(eleted),
    I(nserted). `by_character` tells that the language has no spaces between words, and that every character
    counts as a word.
    """

    words: ErrorCounts
    characters: ErrorCounts
    raw_words: ErrorCounts | None = None
    alignments: tuple[str, ...] = ()
    by_character: bool = False


@dataclass(frozen=True, slots=True)
class Quality(Part):
    """Transcripts in the order of the slice, and their errors; None where they mean nothing or were not kept.

    `transcripts_repeat` tells whether every round heard the same.
    """

    hypotheses: tuple[str, ...] | None = None
    transcripts_repeat: bool = True
    errors: Errors | None = None
