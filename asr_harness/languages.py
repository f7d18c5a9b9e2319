"""What a language decides: how its texts are made comparable, and which error rate is its headline."""

from __future__ import annotations

import re

from asr_harness.errors import DataError, near

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

CODES = frozenset((  # noqa: SIM905
    # ISO 639-1, and what Whisper writes otherwise.
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv "
    "dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie "
    "ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv "
    "mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm "
    "rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr "
    "ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu jw "
    # Of ISO 639-3, what corpora of read and spoken speech name and ISO 639-1 has no code for.
    "apc ary arz ast bas ceb ckb cmn cnh dag dsb fil gom hac haw hil hne hsb kab kam kea kmr lij ltg luo "
    "mai mdf mhr mni mrj myv nan nap nds nhi nso pap pcm quy sah sat scn skr szl tig tok tyv tzm umb vec "
    "vot wuu yue zgh "
).split())  # fmt: skip
"""Codes that nobody has to vouch for."""

COUNTRIES = {"cn": "zh", "cz": "cs", "dk": "da", "gr": "el", "jp": "ja", "ua": "uk"}
"""Codes of countries that are taken for those of their languages."""

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
            f"{near(tag, NAMES)}"
        )
    return match[1].lower()


def check(code: str) -> None:
    """Raise DataError for a code that is none of `CODES`, with those that may be meant.

    Which of its texts' differences count, nobody knows; a normaliser that is named says so itself.
    """
    if code in CODES:
        return
    by_name = [f"{known} ({name})" for name, known in NAMES.items() if name.startswith(code)]
    shorter = [code[:2]] if code[:2] in CODES else []
    meant = [COUNTRIES[code]] if code in COUNTRIES else by_name or shorter
    guess = f" (did you mean {' or '.join(meant)}?)" if meant else ""
    raise DataError(
        f"language {code!r} is no code that is known{guess}; take one of ISO 639, as in 'de', 'pt-BR' or "
        "'yue', or name what makes its texts comparable: --asr-normaliser basic, or module:function"
    )


def normaliser_of(language: str | None) -> str:
    """Name the normaliser of a language; where none is known, English is taken for it."""
    return WHISPER_ENGLISH if language in (None, ENGLISH) else BASIC


def has_spaces(language: str | None) -> bool:
    """Whether words are divided by spaces, so that there is a word error rate."""
    return language not in WITHOUT_SPACES
