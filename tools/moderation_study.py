"""How often noise alone is called a change, where cases tell each other how much runs differ.

    python -m tools.moderation_study

Draws comparisons of cases that are all the same code: runs of normal noise, the variances of cases from a
scaled inverse chi-square distribution, a share of each run's variance common to all cases, and some that
break what is assumed. Prints the share of comparisons with any alarm by Holm's method, and how often the
first case is found when it alone is slower by three of its standard deviations.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt
from typing import TYPE_CHECKING

import numpy as np

from asr_harness import stats

if TYPE_CHECKING:
    from collections.abc import Iterator

N_COMPARISONS = 4000
ALPHA = 0.003
"""The share of a comparison's one percent that single cases have."""
SLOWER_BY = 3.0


@dataclass(frozen=True, slots=True)
class Noise:
    """What is drawn: `df` of the cases' variances, the share in common, and what breaks the rule."""

    name: str
    n_cases: int = 30
    df: float = 10.0
    in_common: float = 0.0
    n_runs: tuple[int, int] = (5, 5)
    loud_case: float = 1.0
    loud_side: float = 1.0
    heavy_tails: bool = False


NOISES = (
    Noise("30 cases"),
    Noise("30 cases, half in common", in_common=0.5),
    Noise("30 cases, all but a tenth in common", in_common=0.9),
    Noise("variances all alike", df=inf),
    Noise("variances very different", df=4.0),
    Noise("one case with 100 times the variance", df=inf, loud_case=100.0),
    Noise("candidate three times as noisy", loud_side=3.0),
    Noise("4 and 8 runs, the 8 three times as noisy", n_runs=(4, 8), loud_side=3.0),
    Noise("t noise of 3 degrees of freedom", heavy_tails=True),
    Noise("4 runs a side, very different", n_runs=(4, 4), df=4.0),
    Noise("10 runs a side", n_runs=(10, 10)),
    Noise("8 cases, very different", n_cases=8, df=4.0),
)


def comparisons(noise: Noise, slower_by: float) -> Iterator[tuple[list[float], list[float]]]:
    """Give p values by Welch's test and by the moderated one; `slower_by` is in units of the usual spread."""
    rng = np.random.default_rng(0)
    n_base, n = noise.n_runs[0], sum(noise.n_runs)
    for _ in range(N_COMPARISONS):
        variances = np.ones(noise.n_cases)
        if noise.df < inf:
            variances = noise.df / rng.chisquare(noise.df, noise.n_cases)
        variances[0] *= noise.loud_case
        drawn = [
            rng.standard_t(3, shape) / sqrt(3) if noise.heavy_tails else rng.standard_normal(shape)
            for shape in ((1, n), (noise.n_cases, n))
        ]
        mixed = sqrt(noise.in_common) * drawn[0] + sqrt(1 - noise.in_common) * drawn[1]
        values = np.sqrt(variances)[:, None] * mixed
        values[:, n_base:] *= noise.loud_side
        values[0, n_base:] += slower_by
        sides = values[:, :n_base], values[:, n_base:]
        plain = [stats.welch(*case) for case in zip(*(side.tolist() for side in sides), strict=True)]
        differences = [one for one in plain if one is not None]
        deviations = np.hstack([side - side.mean(1, keepdims=True) for side in sides])
        moderated = stats.shrink_variances(differences, deviations.tolist(), stats.ALPHA)
        yield [one.p for one in differences], [one.p for one in moderated]


def main() -> None:
    """Print a line for each kind of noise."""
    print(f"{N_COMPARISONS} comparisons each, 5 runs a side unless told, alarms at {ALPHA:.1%}")
    print(f"{'':42}{'any alarm':>20}{'first case found':>20}")
    print(f"{'':42}{'Welch':>10}{'moderated':>10}{'Welch':>10}{'moderated':>10}")
    for noise in NOISES:
        counts = np.zeros(4)
        for i, slower_by in enumerate((0.0, SLOWER_BY)):
            for tests in comparisons(noise, slower_by):
                adjusted = [stats.holm(p_values) for p_values in tests]
                called = [min(p) if i == 0 else p[0] for p in adjusted]
                counts[2 * i : 2 * i + 2] += [p <= ALPHA for p in called]
        print(f"{noise.name:42}" + "".join(f"{share:10.1%}" for share in counts / N_COMPARISONS), flush=True)


if __name__ == "__main__":
    main()
