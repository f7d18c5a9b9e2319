"""Two error rates on the same references: paired by utterance, tested over talks.

Errors of one talk have much in common: its speaker, room and subject. Tests that take utterances for
independent cry wolf where systems differ by talk, so the talk is the unit wherever there are two.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from asr_harness.stats.difference import ALPHA, Difference, t_difference
from asr_harness.stats.ratio import MIN_UNITS, ratio_error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MIN_ERROR = 1e-15
"""Standard error below which units that agree exactly differ by rounding alone."""


@dataclass(frozen=True, slots=True)
class PairedErrors:
    """Errors of both systems on the same references, an entry per utterance or talk."""

    base: tuple[float, ...]
    candidate: tuple[float, ...]
    n_reference: tuple[float, ...]

    @property
    def rate_difference(self) -> float:
        """Pooled error rate of the candidate less that of the base."""
        return (sum(self.candidate) - sum(self.base)) / sum(self.n_reference)


def by_talk(errors: PairedErrors, talks: Sequence[str]) -> PairedErrors:
    """Sum the errors of each talk."""
    sums: Mapping[str, list[float]] = {talk: [0.0, 0.0, 0.0] for talk in dict.fromkeys(talks)}
    for talk, *values in zip(talks, errors.base, errors.candidate, errors.n_reference, strict=True):
        for position, value in enumerate(values):
            sums[talk][position] += value
    base, candidate, n_reference = zip(*sums.values(), strict=True)
    return PairedErrors(base, candidate, n_reference)


def rate_test(errors: PairedErrors, alpha: float = ALPHA) -> Difference | None:
    """Test whether two pooled error rates differ, an entry of `errors` being the unit.

    The ratio estimator of the difference in errors, with Student's t: with units of equal length, the paired
    t test on their rates. Units that agree exactly leave the variance unknown; then p is that of flipping
    their signs (Fisher, The Design of Experiments, 1935, sec. 21). None with fewer than two units.
    """
    n = len(errors.base)
    if n < MIN_UNITS:
        return None
    estimate = errors.rate_difference
    triples = zip(errors.base, errors.candidate, errors.n_reference, strict=True)
    error = ratio_error([(candidate - base, length) for base, candidate, length in triples], estimate)
    if error < MIN_ERROR:
        return Difference(estimate, estimate, estimate, 2.0 ** (1 - n) if estimate else 1.0, 0.0, n - 1)
    return t_difference(estimate, error, error * sqrt(n), n - 1, alpha)
