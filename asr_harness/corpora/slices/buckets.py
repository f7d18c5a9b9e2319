"""Buckets: from the segments of a corpus to stretches of audio within limits of length."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from asr_harness.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asr_harness.corpora.base import Segment

BUCKETS_S = {"5s": (3.0, 7.0), "15s": (10.0, 20.0), "30s": (25.0, 40.0), "60s": (50.0, 75.0)}

JOIN_FROM_S = 20.0
"""Buckets that begin here or above are cut from runs: hardly a single TED-LIUM segment is as long."""

TOUCHING_S = 0.005
"""Half of the 10 ms to which STM times are written."""

_BUCKET = re.compile(r"([A-Za-z0-9_.]+)=(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)")


def parse_bucket(text: str) -> tuple[str, tuple[float, float]]:
    """Read a bucket of the user's own, such as `10s=8-12`, in seconds.

    Raises DataError if it is written otherwise or its limits are not in order.
    """
    match = _BUCKET.fullmatch(text.strip())
    if match is None:
        known = ", ".join(BUCKETS_S)
        raise DataError(
            f"bucket {text!r} is none of {known}; write your own as NAME=LOW-HIGH, as in 10s=8-12"
        )
    low_s, high_s = float(match[2]), float(match[3])
    check_limits(match[1], (low_s, high_s))
    return match[1], (low_s, high_s)


def check_limits(bucket: str, limits_s: tuple[float, float]) -> None:
    """Raise DataError unless `limits_s` are finite, positive and in order."""
    low_s, high_s = limits_s
    if not (0 <= low_s <= high_s < math.inf and high_s > 0):
        raise DataError(
            f"bucket {bucket!r} is {low_s:g}-{high_s:g} s; its limits must be 0 ≤ LOW ≤ HIGH, HIGH > 0"
        )


def cut(segments: Sequence[Segment], limits_s: tuple[float, float]) -> tuple[Segment, ...]:
    """Cut a bucket: single segments, or runs of touching ones, each made one, where the limits are long.

    Runs are greedy, each ending as early as it can, and never overlap: no other rule gives more of them. Of
    segments with the very same times the first is taken, as their audio is one.
    """
    if limits_s[0] < JOIN_FROM_S:
        runs = [[segment] for segment in segments if _counts(segment)]
        runs = [run for run in runs if _within(_length_s(run), limits_s)]
    else:
        runs = [run for chain in chains(segments) for run in _greedy_runs(chain, limits_s)]
    unique: dict[str, Segment] = {}
    for run in runs:
        joined = _join(run)
        unique.setdefault(joined.id, joined)
    return tuple(unique.values())


def filled(segments: Sequence[Segment]) -> dict[str, tuple[float, float]]:
    """Give those of `BUCKETS_S` that something is cut for."""
    return {name: limits_s for name, limits_s in BUCKETS_S.items() if cut(segments, limits_s)}


def chains(segments: Sequence[Segment]) -> Iterator[list[Segment]]:
    """Give the longest runs of scored segments in which each starts where the last ended."""
    by_recording = sorted(segments, key=lambda s: (str(s.recording), s.name, s.start_s, s.end_s))
    for _, group in groupby(by_recording, key=lambda s: (s.recording, s.name)):
        chain: list[Segment] = []
        for segment in group:
            if chain and not (_counts(segment) and abs(segment.start_s - chain[-1].end_s) <= TOUCHING_S):
                yield chain
                chain = []
            if _counts(segment):
                chain.append(segment)
        if chain:
            yield chain


def _counts(segment: Segment) -> bool:
    """Tell whether there is audio to score: a segment without length divides runs as an ignored one does."""
    return segment.scored and segment.end_s > segment.start_s


def _greedy_runs(chain: list[Segment], limits_s: tuple[float, float]) -> Iterator[list[Segment]]:
    first = 0
    for last in range(len(chain)):
        while first <= last and _length_s(chain[first : last + 1]) > limits_s[1]:
            first += 1
        if first <= last and _within(_length_s(chain[first : last + 1]), limits_s):
            yield chain[first : last + 1]
            first = last + 1


def _length_s(run: list[Segment]) -> float:
    return round(run[-1].end_s - run[0].start_s, 6)


def _within(length_s: float, limits_s: tuple[float, float]) -> bool:
    return limits_s[0] <= length_s <= limits_s[1]


def _join(run: list[Segment]) -> Segment:
    return replace(
        run[0],
        speaker="+".join(dict.fromkeys(segment.speaker for segment in run)),
        end_s=run[-1].end_s,
        reference=" ".join(filter(None, (segment.reference for segment in run))),
    )
