"""Two error rates on the same references: paired by utterance, tested over talks.

Errors of one talk have much in common: its speaker, room and subject. Tests that take utterances for
independent cry wolf where systems differ by talk, so the talk is the unit wherever there are two.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from asr_harness.stats.difference import ALPHA, Difference, t_difference
from asr_harness.stats.ratio import MIN_UNITS

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

    The ratio estimator of the difference in errors is a regression through the origin of differences on
    lengths, weighted by 1 / length. Its variance is corrected for leverage (CR2 of Bell and McCaffrey, Bias
    reduction in standard errors for linear regression with multi-stage samples, Survey Methodology 28, 2002)
    and has Satterthwaite's degrees of freedom under that model (Pustejovsky and Tipton, Small-sample methods
    for cluster-robust variance estimation, Journal of Business & Economic Statistics 36, 2018): a talk with
    most of the words leaves few. With units of equal length it is the paired t test on their rates.

    Units that agree exactly leave the variance unknown; then p is that of flipping their signs (Fisher, The
    Design of Experiments, 1935, sec. 21). None with fewer than two units that have words.
    """
    n = sum(length > 0 for length in errors.n_reference)
    if n < MIN_UNITS:
        return None
    estimate = errors.rate_difference
    shares = [length / sum(errors.n_reference) for length in errors.n_reference]
    triples = zip(errors.base, errors.candidate, errors.n_reference, strict=True)
    residuals = [candidate - base - estimate * length for base, candidate, length in triples]
    squares = sum(each**2 / (1 - share) for each, share in zip(residuals, shares, strict=True))
    error = sqrt(squares) / sum(errors.n_reference)
    if error < MIN_ERROR:
        return Difference(estimate, estimate, estimate, 2.0 ** (1 - n) if estimate else 1.0, 0.0, n - 1)
    return t_difference(estimate, error, error * sqrt(n), satterthwaite_df(shares), alpha)


def satterthwaite_df(shares: Sequence[float]) -> float:
    """Degrees of freedom of the leverage-corrected variance, by each unit's share of the words.

    Pustejovsky and Tipton 2018, eq. 11, where a unit's variance is proportional to its length: the residuals
    over sqrt(1 - share) have covariances share on the diagonal, and beside it -share · share' over
    sqrt((1 - share)(1 - share')).
    """
    weights = [share**2 / (1 - share) for share in shares]
    beside = sum(weights) ** 2 - sum(weight**2 for weight in weights)
    return 1 / (sum(share**2 for share in shares) + beside)
