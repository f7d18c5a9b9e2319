"""Statistics of runs: pure functions, each with the source of its formula."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import expm1, inf, isfinite, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ALPHA = 0.01
POWER = 0.9
MOST_RUNS = 1000
MOST_LOG_RATIO = 700.0


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of two sides, candidate less base, with its interval at level 1 - alpha and its p value.

    `error` is the standard error of the estimate and `freedom` its degrees of freedom, of which other cases
    lent the `borrowed`; `sd` is the spread between the runs of one side, pooled.
    """

    estimate: float
    low: float
    high: float
    p: float
    sd: float
    freedom: float
    error: float = 0.0
    borrowed: float = 0.0


def with_error(difference: Difference, error: float, borrowed: float, alpha: float) -> Difference:
    """Give the same difference with another standard error, which degrees of freedom are added to."""
    sd = difference.sd * error / difference.error
    found = _difference(difference.estimate, error, sd, difference.freedom + borrowed, alpha)
    return replace(found, borrowed=borrowed)


def as_change(log_ratio: float) -> float:
    """Give the relative change that the logarithm of a ratio is: 0.05 is 5 %, and none is infinite."""
    return expm1(min(log_ratio, MOST_LOG_RATIO))


def mean(values: Sequence[float]) -> float:
    """Arithmetic mean."""
    return sum(values) / len(values)


def standard_deviation(values: Sequence[float]) -> float | None:
    """Sample standard deviation; None for fewer than two values."""
    if len(values) < 2:  # noqa: PLR2004
        return None
    centre = mean(values)
    return sqrt(sum((value - centre) ** 2 for value in values) / (len(values) - 1))


def welch(base: Sequence[float], candidate: Sequence[float], alpha: float = ALPHA) -> Difference | None:
    """Compare the means of two sides without taking their spreads for equal; None with under two runs a side.

    Welch, The generalization of Student's problem when several different population variances are involved,
    Biometrika 34, 1947. Sides that do not vary at all are told apart exactly: p is 0 or 1.
    """
    spreads = standard_deviation(base), standard_deviation(candidate)
    if spreads[0] is None or spreads[1] is None:
        return None
    estimate = mean(candidate) - mean(base)
    errors = spreads[0] ** 2 / len(base), spreads[1] ** 2 / len(candidate)
    error = sqrt(sum(errors))
    if error <= 1e-12 * max(abs(mean(base)), abs(mean(candidate)), 1e-300):
        return _exact(estimate, len(base) + len(candidate) - 2)
    base_share = errors[0] / sum(errors)
    freedom = 1 / (base_share**2 / (len(base) - 1) + (1 - base_share) ** 2 / (len(candidate) - 1))
    pooled = sqrt(_pooled_variance((base, candidate)))
    return _difference(estimate, error, pooled, freedom, alpha)


def two_sided(base: Sequence[float], candidate: Sequence[float], alpha: float = ALPHA) -> Difference | None:
    """Compare the means of two sides by the more cautious of Welch's test and Student's with a pooled spread.

    Where one side has two or three runs and the other many, the few agree by chance now and then, and Welch's
    test takes that for their spread: false alarms at a strict level come several times as often as it says
    (Best and Rayner, Welch's approximate solution for the Behrens-Fisher problem, Technometrics 29, 1987, on
    samples under 5). The pooled spread is not deceived so. Sides of one size have Welch's result. None with
    under two runs a side.
    """
    apart, pooled = welch(base, candidate, alpha), against_history(base, candidate, (), alpha)
    if apart is None or pooled is None:
        return None
    return max(apart, pooled, key=lambda found: found.p)


def against_history(
    base: Sequence[float],
    candidate: Sequence[float],
    history: Sequence[Sequence[float]],
    alpha: float = ALPHA,
) -> Difference | None:
    """Compare sides of which one has a single run, by the spread that former groups of runs had.

    Each group of `history` holds runs of one code; their variance within groups is pooled with that of the
    sides, as in a one-way analysis of variance. None where nothing tells the spread.
    """
    groups = [*history, base, candidate]
    freedom = sum(max(len(group) - 1, 0) for group in groups)
    if freedom < 1 or not base or not candidate:
        return None
    spread = sqrt(_pooled_variance(groups))
    estimate = mean(candidate) - mean(base)
    error = spread * sqrt(1 / len(base) + 1 / len(candidate))
    return _difference(estimate, error, spread, freedom, alpha) if error else _exact(estimate, freedom)


def paired(differences: Sequence[float], alpha: float = ALPHA) -> Difference | None:
    """Compare by the differences of pairs (Student, The probable error of a mean, Biometrika 6, 1908)."""
    spread = standard_deviation(differences)
    if spread is None:
        return None
    estimate, freedom = mean(differences), len(differences) - 1
    error = spread / sqrt(len(differences))
    return _difference(estimate, error, spread, freedom, alpha) if error else _exact(estimate, freedom)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjust p values so that the chance of any false alarm among all is bounded, in the order given.

    Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6, 1979.
    """
    adjusted = [1.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return tuple(adjusted)


def smallest_effect(
    between_run_sd: float,
    n_runs: float,
    *,
    alpha: float = ALPHA,
    power: float = POWER,
    borrowed: float = 0.0,
    freedom: float | None = None,
) -> float | None:
    """Give the smallest difference that `n_runs` a side would show, in the unit of the standard deviation.

    The power of a two-sided two-sample t test, by the noncentral t distribution (Cohen, Statistical Power
    Analysis for the Behavioral Sciences, 2nd ed., 1988, ch. 2). None with a single run a side: its spread
    is then unknown, unless former runs told it with `freedom` degrees of freedom.
    """
    if freedom is not None:
        return between_run_sd * _shift(freedom, alpha, power) * sqrt(2 / n_runs)
    return None if n_runs < 2 else between_run_sd * _unit_effect(n_runs, alpha, power, borrowed)  # noqa: PLR2004


def runs_needed(
    between_run_sd: float, effect: float, *, alpha: float = ALPHA, power: float = POWER, borrowed: float = 0.0
) -> int | None:
    """Give the runs a side that would show an effect; None where `MOST_RUNS` would not."""
    return _fewest(lambda n_runs: between_run_sd * _unit_effect(n_runs, alpha, power, borrowed), effect)


def smallest_paired_effect(
    sd: float, n_pairs: int, *, alpha: float = ALPHA, power: float = POWER
) -> float | None:
    """Give the smallest mean difference that `n_pairs` would show, as `smallest_effect` does of two sides.

    `sd` is the standard deviation of the pairs' differences (Cohen, 1988, sec. 2.3.4). None with one pair.
    """
    return None if n_pairs < 2 else sd * _unit_paired_effect(n_pairs, alpha, power)  # noqa: PLR2004


def pairs_needed(sd: float, effect: float, *, alpha: float = ALPHA, power: float = POWER) -> int | None:
    """Give the pairs that would show an effect; None where `MOST_RUNS` would not."""
    return _fewest(lambda n_pairs: sd * _unit_paired_effect(n_pairs, alpha, power), effect)


def _fewest(smallest: Callable[[int], float], effect: float) -> int | None:
    """Find the fewest runs that show an effect, where more of them show a smaller one."""
    if not effect or smallest(MOST_RUNS) > abs(effect):
        return None
    low, high = 1, MOST_RUNS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if smallest(middle) <= abs(effect) else (middle, high)
    return high


def _unit_effect(n_runs: float, alpha: float, power: float, borrowed: float) -> float:
    if n_runs < 2:  # noqa: PLR2004
        return inf
    return _shift(2 * (n_runs - 1) + borrowed, alpha, power) * sqrt(2 / n_runs)


def _unit_paired_effect(n_pairs: int, alpha: float, power: float) -> float:
    return inf if n_pairs < 2 else _shift(n_pairs - 1, alpha, power) / sqrt(n_pairs)  # noqa: PLR2004


@lru_cache(maxsize=4096)
def _shift(freedom: float, alpha: float, power: float) -> float:
    """Give the noncentrality at which a two-sided t test has a power."""
    from scipy.optimize import brentq

    critical = t_critical(alpha, freedom)

    def missing_power(shift: float) -> float:
        return 1 - _noncentral_t(critical, freedom, shift) - power

    highest = critical + 1.0
    while missing_power(highest) < 0:
        highest *= 2
    return float(brentq(missing_power, 0.0, highest))


def _noncentral_t(value: float, freedom: float, shift: float) -> float:
    """Distribution function of the noncentral t distribution, 0 where a large shift makes it underflow."""
    from scipy.special import nctdtr

    found = float(nctdtr(freedom, shift, value))
    return found if isfinite(found) else 0.0


def _pooled_variance(groups: Sequence[Sequence[float]]) -> float:
    told = [group for group in groups if len(group) > 1]
    squares = sum((len(group) - 1) * (standard_deviation(group) or 0.0) ** 2 for group in told)
    return squares / sum(len(group) - 1 for group in told)


def t_critical(alpha: float, freedom: float) -> float:
    """Give what a t statistic exceeds either way with probability alpha, however small that is."""
    from scipy.special import stdtrit

    return -float(stdtrit(freedom, alpha / 2))


def t_two_sided(statistic: float, freedom: float) -> float:
    """Two-sided p value of a t statistic."""
    from scipy.special import stdtr

    return 2 * float(stdtr(freedom, -abs(statistic)))


def _difference(estimate: float, error: float, spread: float, freedom: float, alpha: float) -> Difference:
    half = t_critical(alpha, freedom) * error
    p = t_two_sided(estimate / error, freedom)
    return Difference(estimate, estimate - half, estimate + half, p, spread, freedom, error)


def _exact(estimate: float, freedom: float) -> Difference:
    return Difference(estimate, estimate, estimate, 0.0 if estimate else 1.0, 0.0, freedom)
