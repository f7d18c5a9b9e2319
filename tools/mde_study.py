"""Whether the minimum detectable effect that a judgement states is found nine times in ten.

    python -m tools.mde_study [--comparisons 2000]

The effect that is put in is what the stated one is at the spread that was drawn from: that of each comparison
is an estimate of it, and spreads around it as the estimated spread does. Sides are normal.
"""

from __future__ import annotations

import argparse
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from asr_harness import stats
from asr_harness.stats.rates import satterthwaite_df

if TYPE_CHECKING:
    from collections.abc import Callable

LEVELS = (0.01, 0.002)
RUNS = (3, 5, 10)
FORKS = (6, 8, 12)
TALKS = 8


def found_over_runs(rng: np.random.Generator, n_runs: int, alpha: float, n: int) -> float:
    """Give the share of comparisons of runs that find the effect they state."""
    effect = stats.minimum_detectable_effect(1.0, n_runs, alpha=alpha) or 0.0

    def one() -> float:
        base, candidate = rng.normal(0, 1, n_runs), rng.normal(effect, 1, n_runs)
        return _p(stats.two_sided(base.tolist(), candidate.tolist(), alpha))

    return _share(one, alpha, n)


def found_over_forks(rng: np.random.Generator, n_forks: int, alpha: float, n: int) -> float:
    """Give the share of sessions of forks, started in turn, that find the effect they state."""
    effect = stats.minimum_detectable(1 / sqrt(n_forks), n_forks - 2, alpha=alpha)
    orders = [place % 2 == 0 for place in range(n_forks)]

    def one() -> float:
        return _p(stats.paired_in_order(rng.normal(effect, 1, n_forks).tolist(), orders, alpha))

    return _share(one, alpha, n)


def found_over_talks(rng: np.random.Generator, shares: np.ndarray, alpha: float, n: int) -> float:
    """Give the share of WER tests that find the effect they state; `shares` are of the words, by talk."""
    n_words = shares * 10_000
    error = sqrt(float(n_words.sum())) / float(n_words.sum())
    effect = stats.minimum_detectable(error, satterthwaite_df(shares.tolist()), alpha=alpha)
    nothing = (0.0,) * len(shares)

    def one() -> float:
        errors = rng.normal(effect * n_words, np.sqrt(n_words))
        paired = stats.PairedErrors(nothing, tuple(errors.tolist()), tuple(n_words.tolist()))
        return _p(stats.rate_test(paired, alpha))

    return _share(one, alpha, n)


def _p(difference: stats.Difference | None) -> float:
    return 1.0 if difference is None else difference.p


def _share(one: Callable[[], float], alpha: float, n: int) -> float:
    return float(np.mean([one() <= alpha for _ in range(n)]))


def main() -> None:
    """Print the shares for runs, forks and talks."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--comparisons", type=int, default=2000)
    n = parser.parse_args().comparisons
    print(f"{n} comparisons each; found, of effects that are stated to be found in {stats.POWER:.0%}")
    for alpha in LEVELS:
        rng = np.random.default_rng(0)
        for n_runs in RUNS:
            print(f"alpha {alpha:.1%}, {n_runs:>2} runs a side: {found_over_runs(rng, n_runs, alpha, n):.1%}")
        for n_forks in FORKS:
            print(f"alpha {alpha:.1%}, {n_forks:>2} forks: {found_over_forks(rng, n_forks, alpha, n):.1%}")
        for name, shares in (
            ("talks alike", np.full(TALKS, 1 / TALKS)),
            ("one talk has 30 %", np.array([0.3, *[0.1] * (TALKS - 1)])),
        ):
            print(f"alpha {alpha:.1%}, {name}: {found_over_talks(rng, shares, alpha, n):.1%}")


if __name__ == "__main__":
    main()
