"""Utterances whose transcript repeats itself again and again, and what a loop is."""

import zlib
from functools import lru_cache

from asr_harness.metrics import units
from asr_harness.metrics.base import Metric
from asr_harness.schema import CaseResult

MAX_COMPRESSION = 2.4
"""Bytes over their zlib length above which a text repeats itself (Radford et al., Robust Speech Recognition
via Large-Scale Weak Supervision, 2022, section 4.5: Whisper's own threshold for decoding anew).
"""
MIN_REPEATS, MIN_REPEATED_WORDS, MAX_PHRASE = 4, 12, 8
"""Times that a phrase of at most so many words follows itself, and words that this comes to, in a loop."""


def is_loop(text: str) -> bool:
    """Whether a phrase follows itself again and again."""
    words = text.split()
    for length in range(1, MAX_PHRASE + 1):
        same = 0
        for i in range(length, len(words)):
            same = same + 1 if words[i] == words[i - length] else 0
            n_repeated = same + length
            if n_repeated >= max(MIN_REPEATS * length, MIN_REPEATED_WORDS):
                return True
    return False


def compression(text: str) -> float:
    """Bytes of a text over those of its zlib compression."""
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw)) if raw else 0.0


@lru_cache(maxsize=4096)
def _repeats_itself(text: str) -> bool:
    """Tell of a text either way; runs of one slice hear the same again and again."""
    return is_loop(text) or compression(text) > MAX_COMPRESSION


def read(result: CaseResult) -> float | None:
    """Count the utterances; None for dummy weights, whose words mean nothing, and where none were kept."""
    quality = result.quality
    if quality.hypotheses is None or quality.errors is None:
        return None
    return sum(map(_repeats_itself, quality.hypotheses))


METRIC = Metric(
    key="loops",
    column="n_loops",
    title="loops",
    meaning="utterances whose transcript repeats itself again and again",
    unit=units.COUNT,
    rank=93,
    read=read,
    test="count",
    tolerance=0.0,
)
