"""What a language decides: how its texts are made comparable, and which error rate is its headline."""

from __future__ import annotations

import re

from asr_harness.errors import DataError

ENGLISH = "en"
WITHOUT_SPACES = frozenset({"bo", "cmn", "dz", "ja", "km", "lo", "my", "nan", "th", "wuu", "yue", "zh"})
"""Written without spaces between words: errors are counted in characters."""

WHISPER_ENGLISH, BASIC = "whisper-english", "basic"
"""Keys of `measure/text.py`."""

NAMES = {
    "arabic": "ar", "bengali": "bn", "bulgarian": "bg", "burmese": "my", "cantonese": "yue",
    "catalan": "ca", "chinese": "zh", "croatian": "hr", "czech": "cs", "danish": "da", "dutch": "nl",
    "english": "en", "estonian": "et", "finnish": "fi", "french": "fr", "german": "de", "greek": "el",
    "hebrew": "he", "hindi": "hi", "hungarian": "hu", "icelandic": "is", "indonesian": "id",
    "irish": "ga", "italian": "it", "japanese": "ja", "khmer": "km", "korean": "ko", "lao": "lo",
    "latvian": "lv", "lithuanian": "lt", "malay": "ms", "mandarin": "zh", "marathi": "mr",
    "norwegian": "no", "persian": "fa", "polish": "pl", "portuguese": "pt", "romanian": "ro",
    "russian": "ru", "serbian": "sr", "slovak": "sk", "slovenian": "sl", "spanish": "es",
    "swahili": "sw", "swedish": "sv", "tamil": "ta", "telugu": "te", "thai": "th", "turkish": "tr",
    "ukrainian": "uk", "urdu": "ur", "vietnamese": "vi", "welsh": "cy",
}  # fmt: skip
"""English names, as lhotse's recipes write a supervision's language."""

_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*")


def parse(tag: str) -> str:
    """Give the language of a tag as BCP 47 has it, or of a name: `pt` of `pt-BR` and of `Portuguese`.

    Raises DataError for what is neither.
    """
    if (name := tag.strip().lower()) in NAMES:
        return NAMES[name]
    match = _TAG.fullmatch(tag.strip())
    if match is None:
        raise DataError(
            f"language {tag!r} is no tag of two or three letters; write it as in 'de', 'pt-BR' or 'yue'"
        )
    return match[1].lower()


def normaliser_of(language: str | None) -> str:
    """Name the normaliser of a language; where none is known, English is taken for it."""
    return WHISPER_ENGLISH if language in (None, ENGLISH) else BASIC


def has_spaces(language: str | None) -> bool:
    """Whether words are divided by spaces, so that there is a word error rate."""
    return language not in WITHOUT_SPACES
