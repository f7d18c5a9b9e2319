"""A slice's language settled: whose word counts, which normaliser follows, and what none may eat unseen."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from asr_harness import languages
from asr_harness.errors import DataError
from asr_harness.measure.text import clean_reference, normalise

if TYPE_CHECKING:
    from asr_harness.corpora.base import Slice

LATIN = "LATIN "
"""How Unicode's names of its letters begin."""


def settled(slice_: Slice, language: str | None = None, normaliser: str | None = None) -> Slice:
    """Give a slice the language and the normaliser that were asked for; None leaves the corpus' own.

    Raises DataError where nobody says the language, and the normaliser, taken for English, would eat some of
    a reference.
    """
    if language is not None:
        asked = languages.parse(language)
        slice_ = replace(slice_, language=asked, normaliser=languages.normaliser_of(asked))
    if normaliser is not None:
        normalise("", normaliser)  # an unknown one is told of before anything runs
        slice_ = replace(slice_, normaliser=normaliser)
    if slice_.language is None and normaliser is None:
        _refuse_eaten(slice_)
    return slice_


def eaten(reference: str, normaliser: str) -> str | None:
    """Give the first word of a reference that a normaliser empties, or takes letters or vowel signs from.

    So does English with `um`, with umlauts, and with the vowel signs of other scripts; letters of other
    scripts are words of no English text either.
    """
    for word in clean_reference(reference).split():
        letters = [letter for letter in unicodedata.normalize("NFC", word.lower()) if _is_letter(letter)]
        kept = unicodedata.normalize("NFC", normalise(word, normaliser))
        if letters and not kept:
            return word
        if any(letter not in kept or not _is_latin(letter) for letter in letters if not letter.isascii()):
            return word
    return None


def _refuse_eaten(slice_: Slice) -> None:
    for utterance in slice_.utterances:
        if word := eaten(utterance.reference, slice_.normaliser):
            raise DataError(
                f"{slice_.corpus}, utterance {utterance.id}: {word[:40]!r} would become "
                f"{normalise(word, slice_.normaliser)[:40]!r} by the English normaliser, which is "
                "taken where nobody says the language. Say it, as in --asr-language de (or en, if that is "
                "right), in a field `language` of the corpus, or name another with --asr-normaliser basic"
            )


def _is_letter(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LM"


def _is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(LATIN)
