"""The matched-pair sentence-segment word error test of NIST (MAPSSWE), and its segments.

Gillick and Cox, Some statistical issues in the comparison of speech recognition algorithms, ICASSP 1989.
"""

from __future__ import annotations

from itertools import groupby
from math import erfc, sqrt
from typing import TYPE_CHECKING

from asr_harness.stats.moments import mean, standard_deviation

if TYPE_CHECKING:
    from collections.abc import Sequence

MIN_CORRECT_WORDS = 2
"""Words right in both systems that part two segments."""


def mapsswe_test(differences: Sequence[float]) -> tuple[float, float] | None:
    """Give z and the two-sided p of the matched-pair sentence-segment word error test.

    `differences` are errors of one system less the other's in each segment. NIST SCTK divides by the sample
    variance, as here. None where it is undefined: fewer than two segments, or all alike.
    """
    sd = standard_deviation(differences)
    if not sd:
        return None
    z = mean(differences) / (sd / sqrt(len(differences)))
    return z, erfc(abs(z) / sqrt(2))


def segment_differences(base: str, candidate: str) -> list[int]:
    """Cut one utterance into MAPSSWE's segments and give the difference in errors, candidate less base, of
    each.

    Both are alignments with the same reference, a letter for each step: C(orrect), S(ubstituted), D(eleted),
    I(nserted). Segments hold errors of either, and are bounded by `MIN_CORRECT_WORDS` words right in both.
    """
    steps = [_errors_at_words(alignment) for alignment in (base, candidate)]
    if len(steps[0]) != len(steps[1]):
        raise ValueError("the alignments are with references of different lengths")
    segments: list[int] = []
    is_open = False
    for is_right, group in groupby(zip(*steps, strict=True), key=lambda pair: pair == (0, 0)):
        words = list(group)
        if is_right:
            is_open = is_open and len(words) < MIN_CORRECT_WORDS
            continue
        difference = sum(candidate_errors - base_errors for base_errors, candidate_errors in words)
        if is_open:
            segments[-1] += difference
        else:
            segments.append(difference)
        is_open = True
    return segments


def _errors_at_words(alignment: str) -> list[int]:
    """Count the errors at each reference word, shape [n_words]; an insertion counts to the word after it.

    Insertions at the end count to the last word.
    """
    counts: list[int] = []
    inserted = 0
    for step in alignment:
        if step == "I":
            inserted += 1
            continue
        counts.append(inserted + (step != "C"))
        inserted = 0
    if counts:
        counts[-1] += inserted
    else:
        counts.append(inserted)
    return counts
