"""The bootstrap of a difference in pooled error rate, and the probability of improvement."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from asr_harness.stats.rates import PairedErrors

N_BOOTSTRAP = 2000


def bootstrap_differences(errors: PairedErrors, n: int = N_BOOTSTRAP, seed: int = 0) -> NDArray[np.float64]:
    """Draw entries with replacement and give each sample's difference in pooled rate, shape [n] or less: a
    sample without a reference word has none.

    Bisani and Ney, Bootstrap estimates for confidence intervals in ASR performance evaluation, ICASSP 2004;
    with talks as entries, the blockwise bootstrap of Liu and Peng, Interspeech 2020.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(errors.base), size=(n, len(errors.base)))
    differences = np.subtract(errors.candidate, errors.base)[drawn].sum(axis=1)
    totals = np.asarray(errors.n_reference)[drawn].sum(axis=1)
    rates: NDArray[np.float64] = differences[totals > 0] / totals[totals > 0]
    return rates


def probability_of_improvement(differences: NDArray[np.float64]) -> float:
    """Share of bootstrap samples in which the candidate's rate is lower (Bisani and Ney, 2004, eq. 9).

    As in their paper a tie is no improvement: their step function is one above zero only.
    """
    return float((differences < 0).mean())
