"""Whisper's language tokens, and which of them a checkpoint has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.errors import ModelError
from asr_harness.languages import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN_CODES = {"nb": "no", "fil": "tl", "jv": "jw", "cmn": "zh", "iw": "he"}
"""Where Whisper's code is another than the language's usual one."""


def prompt(name: str, language: str | None, *, is_multilingual: bool, known: Mapping[str, int]) -> str | None:
    """Give the code to prompt `generate` with; None for a checkpoint of English alone, which takes none.

    `known` are the checkpoint's tokens, such as `<|de|>`. Raises ModelError for a language that it lacks.
    """
    code = OWN_CODES.get(language or ENGLISH, language or ENGLISH)
    if not is_multilingual:
        if code != ENGLISH:
            raise ModelError(
                f"{name!r} transcribes English alone, and the language is {language!r}; take a multilingual "
                "checkpoint (without .en in its name), or say --asr-language en if the speech is English"
            )
        return None
    if known and f"<|{code}|>" not in known:
        codes = ", ".join(sorted(token.strip("<|>") for token in known)[:100])
        raise ModelError(f"{name!r} has no token for the language {language!r}; it has {codes}")
    return code
