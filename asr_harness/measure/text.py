"""References and hypotheses made comparable: TED-LIUM's notation undone, the corpus' normaliser applied."""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.metadata import version
from inspect import getsource
from typing import TYPE_CHECKING

from asr_harness.errors import DataError
from asr_harness.languages import BASIC, WHISPER_ENGLISH

if TYPE_CHECKING:
    from collections.abc import Callable

RULES_VERSION = 2
"""Raise this when these rules change, or which alternatives are chosen: it is part of the fingerprint."""

ALIASES = {"english": WHISPER_ENGLISH}
WHISPERS = {
    WHISPER_ENGLISH: "whisper_normalizer.english:EnglishTextNormalizer",
    "whisper-basic": "whisper_normalizer.basic:BasicTextNormalizer",
}
"""Classes by key."""
PLAIN = {BASIC: "asr_harness.measure.plain_text:basic", "none": "asr_harness.measure.plain_text:none"}
"""The package's own functions by key; a function of one's own is named `module:function`."""
NORMALISERS = (*ALIASES, BASIC, "none", *WHISPERS)

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
    """Apply a normaliser by its key; raises DataError if there is none of it, or if it gives no text."""
    made: object = _normaliser(normaliser)(plain_apostrophes(text))
    if not isinstance(made, str):
        raise DataError(
            f"normaliser {normaliser!r} gave a {type(made).__name__} for {text[:60]!r}; it gives a str"
        )
    return made.strip()


def plain_apostrophes(text: str) -> str:
    """Write typographic apostrophes as the plain one, which is all that normalisers know."""
    return _APOSTROPHE.sub("'", text)


def normaliser_fingerprint(normaliser: str = WHISPER_ENGLISH, *, by_character: bool = False) -> str:
    """Digest the normaliser, its version or source, the package's own rules, and what it makes of a probe."""
    key = ALIASES.get(normaliser, normaliser)
    parts = f"rules {RULES_VERSION} {normalise(PROBE, key)}"
    if key in WHISPERS:
        parts = f"whisper-normalizer {version('whisper-normalizer')} {parts}"
    elif key not in PLAIN:
        parts = f"{_source(_normaliser(key))} {parts}"
    if key != WHISPER_ENGLISH:  # which was the only one before there were keys
        parts = f"{key} {parts}"
    if by_character:
        parts = f"by character {parts}"
    return sha256(parts.encode()).hexdigest()


def _source(function: Callable[[str], str]) -> str:
    """Give the source of a function of one's own: a probe alone does not show every change."""
    try:
        return getsource(function)
    except (OSError, TypeError):  # what is built in, or an object, has none
        return ""


def _normaliser(normaliser: str) -> Callable[[str], str]:
    return _imported(ALIASES.get(normaliser, normaliser))


@cache
def _imported(key: str) -> Callable[[str], str]:
    module, _, name = (WHISPERS | PLAIN).get(key, key).partition(":")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        known = ", ".join(NORMALISERS)
        raise DataError(f"no normaliser {key!r} ({error}); there are {known}, or module:function") from error
    made: Callable[[str], str] = found() if key in WHISPERS else found
    if not callable(made):
        raise DataError(f"normaliser {key!r} is a {type(made).__name__}; it takes a text and gives one")
    return made
