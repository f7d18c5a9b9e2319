"""Normalisers for any language: `basic`, which keeps letters, vowel signs and numbers, and `none`."""

from __future__ import annotations

import unicodedata

KEPT = "LMN"
"""Letters, marks and numbers; marks are vowels in Devanagari, Thai, Arabic and others."""
DROPPED = "Cf"
"""Joiners, soft hyphens and marks of direction, which divide nothing."""


def basic(text: str) -> str:
    """Lower the case, fold widths and ligatures (NFKC), and turn punctuation and symbols into spaces."""
    letters = (_plain(letter) for letter in unicodedata.normalize("NFKC", text).lower())
    return " ".join(unicodedata.normalize("NFC", "".join(letters)).split())


def none(text: str) -> str:
    """Leave a text as it stands."""
    return text


def _plain(letter: str) -> str:
    category = unicodedata.category(letter)
    if category == DROPPED:
        return ""
    return letter if category[0] in KEPT else " "
