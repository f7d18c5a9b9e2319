"""References and hypotheses made comparable: TED-LIUM's notation undone, Whisper's normaliser applied."""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

RULES_VERSION = 1
"""Raise this when `clean_reference` changes: it is part of the fingerprint."""

_BRACED = re.compile(r"\{[^{}]*\}")
_ANGLED = re.compile(r"<[^<>\s]*>")
_VARIANT = re.compile(r"\(\d+\)")
_SPLIT_SUFFIX = re.compile(r"\s+(?='(?:s|t|re|ve|ll|d|m)\b)")


def clean_reference(text: str) -> str:
    """Undo TED-LIUM's notation: `{NOISE}`, `<unk>`, `<sil>` and `(2)` go, `it 's` becomes `it's`."""
    for notation in (_BRACED, _ANGLED, _VARIANT):
        text = notation.sub(" ", text)
    return " ".join(_SPLIT_SUFFIX.sub("", text).split())


def normalise(text: str) -> str:
    """Apply Whisper's English normaliser."""
    return _normaliser()(text).strip()


def normaliser_fingerprint() -> str:
    """Digest the package's version, its own rules, and what it makes of a probe sentence."""
    probe = normalise("It 's the nineteen-eighties, Mr. Colour: <unk> (2) $20 and twenty one %...")
    parts = f"whisper-normalizer {version('whisper-normalizer')} rules {RULES_VERSION} {probe}"
    return sha256(parts.encode()).hexdigest()


@cache
def _normaliser() -> Callable[[str], str]:
    from whisper_normalizer.english import EnglishTextNormalizer

    normaliser: Callable[[str], str] = EnglishTextNormalizer()
    return normaliser
