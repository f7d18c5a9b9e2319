"""Which utterances of a bucket are taken, and in which order."""

from __future__ import annotations

from collections import defaultdict
from hashlib import sha256
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asr_harness.corpora.base import Segment


def select(segments: Sequence[Segment], n_utterances: int | None, seed: int) -> tuple[Segment, ...]:
    """Take the first n of one fixed order, so that a larger selection begins with every smaller one.

    The order takes talks in turn, and within a talk its speakers in turn; the seed shuffles among equals.
    """

    def rank(text: str) -> bytes:
        return sha256(f"{seed}:{text}".encode()).digest()

    def in_turn(items: Sequence[Segment], keys: tuple[Callable[[Segment], str], ...]) -> list[Segment]:
        if not keys:
            return sorted(items, key=lambda segment: rank(segment.id))
        groups: dict[str, list[Segment]] = defaultdict(list)
        for item in items:
            groups[keys[0](item)].append(item)
        queues = [in_turn(groups[name], keys[1:]) for name in sorted(groups, key=rank)]
        return [item for item in chain.from_iterable(zip_longest(*queues)) if item is not None]

    ordered = in_turn(segments, (lambda segment: segment.talk, lambda segment: segment.speaker))
    return tuple(ordered[:n_utterances])
