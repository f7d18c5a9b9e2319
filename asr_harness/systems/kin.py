"""Checkpoints of one kin: what was distilled of which, and which small one can draft for a larger one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

DISTILLED: Mapping[str, str] = {
    "openai/whisper-small.en": "distil-whisper/distil-small.en",
    "openai/whisper-medium.en": "distil-whisper/distil-medium.en",
    "openai/whisper-large-v2": "distil-whisper/distil-large-v2",
    "openai/whisper-large-v3": "distil-whisper/distil-large-v3",
}
"""By the teacher (Gandhi et al., Distil-Whisper, 2023): the teacher's encoder, two or four decoder layers."""

ASSISTANTS: Mapping[str, str] = {
    "openai/whisper-base": "openai/whisper-tiny",
    "openai/whisper-small": "openai/whisper-tiny",
    "openai/whisper-medium": "openai/whisper-tiny",
    "openai/whisper-base.en": "openai/whisper-tiny.en",
    "openai/whisper-small.en": "openai/whisper-tiny.en",
    "openai/whisper-medium.en": "openai/whisper-tiny.en",
    "openai/whisper-large-v2": "openai/whisper-tiny",
    "openai/whisper-large-v3": "distil-whisper/distil-large-v3",
}
"""Small checkpoints of the same tokenizer."""

BY_NAME: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "checkpoint": ("distilled", DISTILLED),
    "assistant": ("auto", ASSISTANTS),
}
"""For each setting the word that stands for the usual one, and which that is."""


def kin_of(setting: str, value: str, source: str) -> str:
    """Give the checkpoint that a variant's setting means for `source`: a hub id or folder, or its usual one.

    Raises UnavailableError where none is known.
    """
    word, known = BY_NAME[setting]
    if value != word:
        return value
    if source not in known:
        raise UnavailableError(
            f"{source} has no usual {setting}; known are those of {', '.join(known)}. Name one in the grid: "
            f'a variant {{"{setting}": "HUB_ID_OR_FOLDER"}}'
        )
    return known[source]
