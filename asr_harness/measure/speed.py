"""Latency and real-time factor, from the rounds of one run."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def latency_per_utterance_s(round_latency_s: Sequence[float], n_utterances: int) -> float:
    """Median over rounds of the seconds that a pass over the slice took, shared among its utterances.

    In batches this is the cost of an utterance; how long it waits is the latency of its batch.
    """
    return median(round_latency_s) / n_utterances


def rtf(round_latency_s: Sequence[float], audio_s: float) -> float:
    """Real-time factor: seconds of computing per second of audio, below 1 if faster than speech."""
    return median(round_latency_s) / audio_s


def padding_fraction(audio_s: float, processed_s: float) -> float:
    """Share of the audio the encoder computed on that was padding."""
    return max(0.0, 1.0 - audio_s / processed_s)
