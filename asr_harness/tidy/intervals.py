"""The interval of a pooled error rate: talks, not utterances, are what differs."""

from __future__ import annotations

from functools import cache
from math import sqrt
from typing import TYPE_CHECKING, Any

from asr_harness.measure.error_rate import Errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MIN_TALKS = 2


def pooled_rate_interval(
    errors: Sequence[Mapping[str, Any]], utterances: Sequence[Mapping[str, Any]]
) -> tuple[float | None, float | None]:
    """Give the 95 % interval of word errors over words by the ratio estimator, a talk being the unit.

    Cochran, Sampling Techniques, 3rd ed., 1977, section 6.4, with Student's t for talks - 1 degrees of
    freedom. None where there are fewer than two talks with words.
    """
    talks: dict[str, list[int]] = {}
    for counts, utterance in zip(errors, utterances, strict=True):
        words = Errors(**counts["words"])
        talk = talks.setdefault(utterance["talk"], [0, 0])
        talk[0] += words.n_errors
        talk[1] += words.n_reference
    return ratio_interval([(wrong, total) for wrong, total in talks.values() if total])


def ratio_interval(pairs: Sequence[tuple[float, float]]) -> tuple[float | None, float | None]:
    """Give the 95 % interval of sum(y) / sum(x) over independent pairs (y, x), not below 0.

    Where nothing went wrong the pairs say nothing of their spread, and not that the rate is 0: Clopper and
    Pearson, Biometrika 26, 1934, as if words were independent, which is the least that it can be.
    """
    n = len(pairs)
    if n < MIN_TALKS:
        return None, None
    total = sum(x for _, x in pairs)
    rate = sum(y for y, _ in pairs) / total
    if not rate:
        return 0.0, 1 - 0.025 ** (1 / total)
    spread = sum((y - rate * x) ** 2 for y, x in pairs) / (n - 1)
    half = _t(n - 1) * sqrt(spread / n) / (total / n)
    return max(0.0, rate - half), rate + half


@cache
def _t(freedom: int) -> float:
    from scipy.stats import t

    return float(t.ppf(0.975, freedom))
