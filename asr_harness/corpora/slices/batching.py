"""Batches of a slice, and how much of them is padding."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.corpora.base import Slice, Utterance


def batches(slice_: Slice, batch_size: int, *, by_arrival: bool = False) -> tuple[tuple[Utterance, ...], ...]:
    """Group utterances of like length, longest first; only the last batch may be smaller.

    Longest first, so that what does not fit in memory fails at once. Equal lengths are ordered by id.
    `by_arrival` leaves them in the order of the slice, as a queue would.
    """
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}; it must be at least 1")
    ordered = list(slice_.utterances)
    if not by_arrival:
        ordered.sort(key=lambda utterance: (-len(utterance.samples), utterance.id))
    return tuple(tuple(ordered[i : i + batch_size]) for i in range(0, len(ordered), batch_size))


def padding_fraction(batches_: Sequence[Sequence[Utterance]]) -> float:
    """Share of padded batches that is padding, each batch padded to its own longest member."""
    n_padded = sum(len(batch) * max(len(utterance.samples) for utterance in batch) for batch in batches_)
    n_samples = sum(len(utterance.samples) for batch in batches_ for utterance in batch)
    return 1.0 - n_samples / n_padded if n_padded else 0.0
