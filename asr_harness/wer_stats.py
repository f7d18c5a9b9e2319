"""Statistics of error rates: paired by utterance, judged over talks; pure functions with their sources.

Errors of one talk have much in common: its speaker, room and subject. Tests that take utterances for
independent cry wolf where systems differ by talk, so the talk is the unit wherever there are two.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from math import erfc, sqrt
from typing import TYPE_CHECKING

import numpy as np

from asr_harness.stats import ALPHA, Difference, mean, standard_deviation, t_critical, t_two_sided

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

N_BOOTSTRAP = 2000
SURE_WORDS = 2
"""Words right in both systems that part two segments of MAPSSWE."""


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

    The ratio estimator with its linearised variance and Student's t (Cochran, Sampling Techniques, 3rd ed.,
    1977, sec. 6.4): with units of equal length, the paired t test on their rates. Units that agree exactly
    tell no spread; then p is that of flipping their signs (Fisher, The Design of Experiments, 1935, sec. 21).
    None with fewer than two units.
    """
    n = len(errors.base)
    if n < 2:  # noqa: PLR2004
        return None
    total, estimate = sum(errors.n_reference), errors.rate_difference
    pairs = zip(errors.base, errors.candidate, errors.n_reference, strict=True)
    residuals = [candidate - base - estimate * length for base, candidate, length in pairs]
    error = sqrt(n / (n - 1) * sum(residual**2 for residual in residuals)) / total
    spread = error * sqrt(n)
    if error < 1e-15:  # noqa: PLR2004
        return Difference(estimate, estimate, estimate, 2.0 ** (1 - n) if estimate else 1.0, 0.0, n - 1)
    half = t_critical(alpha, n - 1) * error
    p = t_two_sided(estimate / error, n - 1)
    return Difference(estimate, estimate - half, estimate + half, p, spread, n - 1)


def bootstrap_differences(errors: PairedErrors, n: int = N_BOOTSTRAP, seed: int = 0) -> NDArray[np.float64]:
    """Draw entries with replacement and give each sample's difference in pooled rate, shape [n] or less: a
    sample without a reference word has none.

    Bisani and Ney, Bootstrap estimates for confidence intervals in ASR performance evaluation, ICASSP 2004;
    with talks as entries, the blockwise bootstrap of Liu and Peng, Interspeech 2020.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(errors.base), size=(n, len(errors.base)))
    differences = np.subtract(errors.candidate, errors.base)[drawn].sum(axis=1)
    totals = np.asarray(errors.n_reference)[drawn].sum(axis=1)
    found: NDArray[np.float64] = differences[totals > 0] / totals[totals > 0]
    return found


def probability_of_improvement(differences: NDArray[np.float64]) -> float:
    """Share of bootstrap samples in which the candidate's rate is lower (Bisani and Ney, 2004, eq. 9).

    As in their paper a tie is no improvement: their step function is one above zero only.
    """
    return float((differences < 0).mean())


def mapsswe(differences: Sequence[float]) -> tuple[float, float] | None:
    """Give z and the two-sided p of the matched-pair sentence-segment word error test.

    `differences` are errors of one system less the other's in each segment. Gillick and Cox, Some statistical
    issues in the comparison of speech recognition algorithms, ICASSP 1989; NIST SCTK divides by the sample
    variance, as here. None where it is undefined: fewer than two segments, or all alike.
    """
    spread = standard_deviation(differences)
    if not spread:
        return None
    z = mean(differences) / (spread / sqrt(len(differences)))
    return z, erfc(abs(z) / sqrt(2))


def segment_differences(base: str, candidate: str) -> list[int]:
    """Cut one utterance into MAPSSWE's segments and give the difference in errors, candidate less base, of
    each.

    Both are alignments with the same reference, a letter for each step: C(orrect), S(ubstituted), D(eleted),
    I(nserted). Segments hold errors of either, and are bounded by `SURE_WORDS` words right in both.
    """
    steps = [_errors_at_words(alignment) for alignment in (base, candidate)]
    if len(steps[0]) != len(steps[1]):
        raise ValueError("the alignments are with references of different lengths")
    segments: list[int] = []
    is_open = False
    for is_right, words in groupby(zip(*steps, strict=True), key=lambda pair: pair == (0, 0)):
        found = list(words)
        if is_right:
            is_open = is_open and len(found) < SURE_WORDS
            continue
        difference = sum(candidate_errors - base_errors for base_errors, candidate_errors in found)
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
