"""References and hypotheses made comparable: TED-LIUM's notation undone, the corpus' normaliser applied."""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

from asr_harness.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable

RULES_VERSION = 2
"""Raise this when these rules change, or which alternatives are chosen: it is part of the fingerprint."""

WHISPER_ENGLISH = "whisper-english"
NORMALISERS = {
    WHISPER_ENGLISH: "whisper_normalizer.english:EnglishTextNormalizer",
    "whisper-basic": "whisper_normalizer.basic:BasicTextNormalizer",
}
"""Classes by the key that a corpus names; it may also name a function of its own, as `module:function`."""

PROBE = "It 's the nineteen-eighties, Mr. Colour: <unk> (2) $20 and twenty one %..."

_BRACED = re.compile(r"\{[^{}]*\}")
_ANGLED = re.compile(r"<[^<>\s]*>")
_VARIANT = re.compile(r"\(\d+\)")
_APOSTROPHE = re.compile(r"[\u2019\u02bc\uff07\u201b]|(?<=\w)[\u2018\u00b4\u0060\u2032](?=\w)")
"""What is written for an apostrophe; opening quotes, accents and primes are only within a word."""

_SPLIT_SUFFIX = re.compile(r"\s+(?='(?:s|t|re|ve|ll|d|m)\b)")


def clean_reference(text: str) -> str:
    """Undo TED-LIUM's notation: `{NOISE}`, `<unk>`, `<sil>` and `(2)` go, `it 's` becomes `it's`."""
    text = plain_apostrophes(text)
    for notation in (_BRACED, _ANGLED, _VARIANT):
        text = notation.sub(" ", text)
    return " ".join(_SPLIT_SUFFIX.sub("", text).split())


def normalise(text: str, normaliser: str = WHISPER_ENGLISH) -> str:
    """Apply a normaliser by its key; raises DataError if there is none of it."""
    return _normaliser(normaliser)(plain_apostrophes(text)).strip()


def plain_apostrophes(text: str) -> str:
    """Write typographic apostrophes as the plain one, which is all that normalisers know."""
    return _APOSTROPHE.sub("'", text)


def normaliser_fingerprint(normaliser: str = WHISPER_ENGLISH) -> str:
    """Digest the normaliser, its version, the package's own rules, and what it makes of a probe sentence."""
    parts = f"rules {RULES_VERSION} {normalise(PROBE, normaliser)}"
    if normaliser in NORMALISERS:
        parts = f"whisper-normalizer {version('whisper-normalizer')} {parts}"
    if normaliser != WHISPER_ENGLISH:  # which was the only one before there were keys
        parts = f"{normaliser} {parts}"
    return sha256(parts.encode()).hexdigest()


@cache
def _normaliser(key: str) -> Callable[[str], str]:
    module, _, name = NORMALISERS.get(key, key).partition(":")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        known = ", ".join(NORMALISERS)
        raise DataError(f"no normaliser {key!r} ({error}); there are {known}, or module:function") from error
    made: Callable[[str], str] = found() if key in NORMALISERS else found
    return made
