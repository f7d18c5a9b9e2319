"""Word and character error rates: counted for each utterance, pooled over all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asr_harness import schema
from asr_harness.languages import WHISPER_ENGLISH
from asr_harness.measure.alternatives import closest
from asr_harness.measure.text import clean_reference, normalise, normaliser_fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "Alignment",
    "UtteranceErrors",
    "normaliser_fingerprint",
    "pool",
    "rate",
    "score",
    "utterance_errors",
]

STEPS = {"equal": "C", "substitute": "S", "delete": "D", "insert": "I"}


@dataclass(frozen=True, slots=True)
class Alignment:
    """How a hypothesis aligns with its reference, in words or in characters."""

    hits: int = 0
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0

    @property
    def n_errors(self) -> int:
        """Count all that is wrong."""
        return self.substitutions + self.deletions + self.insertions

    @property
    def n_reference(self) -> int:
        """Length of the reference."""
        return self.hits + self.substitutions + self.deletions

    def __add__(self, other: Alignment) -> Alignment:
        return Alignment(
            self.hits + other.hits,
            self.substitutions + other.substitutions,
            self.deletions + other.deletions,
            self.insertions + other.insertions,
        )


@dataclass(frozen=True, slots=True)
class UtteranceErrors:
    """One utterance's errors: in normalised words and characters, and in words as they stand.

    `alignment` has a letter for each step along the normalised words: C(orrect), S(ubstituted), D(eleted),
    I(nserted). It tells where the errors are without repeating the text.
    """

    words: Alignment
    characters: Alignment
    raw_words: Alignment
    alignment: str = ""


def utterance_errors(
    reference: str, hypothesis: str, normaliser: str = WHISPER_ENGLISH, *, by_character: bool = False
) -> UtteranceErrors:
    """Count the errors of one hypothesis; the reference is as the corpus writes it.

    Of alternatives, those count that leave the fewest errors in words, then in characters. `by_character` is
    for languages without spaces between words: spaces count as nothing, and every character is a word.
    """

    def spread(text: str) -> str:
        return " ".join("".join(text.split())) if by_character else text

    def characters(text: str) -> Alignment:
        return count_words(text, heard) if by_character else count_characters(text, heard)

    heard = spread(normalise(hypothesis, normaliser))

    def cleaned(text: str) -> str:
        return spread(normalise(clean_reference(text), normaliser))

    def distance(text: str) -> tuple[int, int]:
        clean = cleaned(text)
        return count_words(clean, heard).n_errors, characters(clean).n_errors

    def raw_distance(text: str) -> tuple[int]:
        return (count_words(text.lower(), hypothesis.lower()).n_errors,)

    clean = cleaned(closest(reference, distance))
    return UtteranceErrors(
        words=count_words(clean, heard),
        characters=characters(clean),
        raw_words=count_words(closest(reference, raw_distance).lower(), hypothesis.lower()),
        alignment=alignment(clean, heard),
    )


def count_words(reference: str, hypothesis: str) -> Alignment:
    """Align by words; spaces, however many, only divide."""
    import jiwer

    return _errors(jiwer.process_words(_single_spaced(reference), _single_spaced(hypothesis)))


def count_characters(reference: str, hypothesis: str) -> Alignment:
    """Align by characters, single spaces among them."""
    import jiwer

    return _errors(jiwer.process_characters(_single_spaced(reference), _single_spaced(hypothesis)))


def alignment(reference: str, hypothesis: str) -> str:
    """Spell the alignment of two texts, a letter for each word that is right, wrong, missing or too many."""
    import jiwer

    chunks = jiwer.process_words(_single_spaced(reference), _single_spaced(hypothesis)).alignments[0]
    return "".join(
        STEPS[chunk.type]
        * max(chunk.ref_end_idx - chunk.ref_start_idx, chunk.hyp_end_idx - chunk.hyp_start_idx)
        for chunk in chunks
    )


def pool(errors: Iterable[Alignment]) -> Alignment:
    """Sum counts over utterances."""
    return sum(errors, Alignment())


def rate(errors: Alignment) -> float | None:
    """Give errors over reference length, None where there is no reference."""
    return errors.n_errors / errors.n_reference if errors.n_reference else None


def score(
    references: Sequence[str],
    hypotheses: Sequence[str],
    normaliser: str = WHISPER_ENGLISH,
    *,
    by_character: bool = False,
) -> schema.Errors:
    """Count the errors of each utterance, a column for each kind."""
    counted = [
        utterance_errors(*pair, normaliser, by_character=by_character)
        for pair in zip(references, hypotheses, strict=True)
    ]
    return schema.Errors(
        words=_columns([errors.words for errors in counted]),
        characters=_columns([errors.characters for errors in counted]),
        raw_words=_columns([errors.raw_words for errors in counted]),
        alignments=tuple(errors.alignment for errors in counted),
        by_character=by_character,
    )


def _columns(counted: Sequence[Alignment]) -> schema.ErrorCounts:
    return schema.ErrorCounts(
        hits=tuple(errors.hits for errors in counted),
        substitutions=tuple(errors.substitutions for errors in counted),
        deletions=tuple(errors.deletions for errors in counted),
        insertions=tuple(errors.insertions for errors in counted),
    )


def _single_spaced(text: str) -> str:
    return " ".join(text.split())


def _errors(aligned: Any) -> Alignment:
    """Keep the counts only: jiwer's own rate of an empty reference is the number of insertions."""
    return Alignment(aligned.hits, aligned.substitutions, aligned.deletions, aligned.insertions)
