"""Times, energy and memory: tested over runs on the logarithm, where a difference is a ratio."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import exp, sqrt
from typing import TYPE_CHECKING

from asr_harness import stats
from asr_harness.judge.run_means import Former, run_means
from asr_harness.metrics import all_metrics, latency
from asr_harness.metrics.base import geometric_mean
from asr_harness.runs.summary import columns_of
from asr_harness.stats import shrinkage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from asr_harness.judge.kernel import Kernel
    from asr_harness.judge.policy import Policy
    from asr_harness.judge.sides import Pair
    from asr_harness.metrics import Metric
    from asr_harness.runs.summary import Summary

MIN_HISTORY_DF = 3
"""Degrees of freedom below which a stored history says too little of the noise."""

PER_MODEL = "per_model"
SHARES: Mapping[str, float] = {
    PER_MODEL: 0.2,
    "headline": 0.15,
    "detail": 0.05,
    "quality_per_model": 0.4,
    "quality": 0.2,
}
"""How the false-alarm rate of a comparison is shared out among the families of tests that it has.

Only tests that set the exit status take part; those that inform are held to the whole rate, by themselves.
"""
SHARES_BESIDE_FORKS: Mapping[str, float] = {**SHARES, PER_MODEL: 0.05, "headline": 0.05}
"""The same where forks tell times, and runs only memory."""


@dataclass(frozen=True, slots=True)
class Tested:
    """A metric of one case, or the mean of several, and the test between the sides if there could be one.

    `base` and `candidate` have the value of each run, the geometric mean of several cases. `deviations` are
    those of each run's logarithm from its side's mean, by the run's place, where both sides have several.
    Where the calibration kernel itself changed, `kernel` tells how and `raw` is the test without calibration.
    """

    pairs: tuple[Pair, ...]
    metric: Metric
    base: tuple[float, ...]
    candidate: tuple[float, ...]
    difference: stats.Difference | None
    calibrated: bool = False
    reason: str = ""
    deviations: Mapping[int, float] = field(default_factory=dict)
    raw: stats.Difference | None = None
    kernel: Kernel | None = None

    @property
    def name(self) -> str:
        """The case's id, or the pattern of several."""
        return self.pairs[0].case_id if len(self.pairs) == 1 else self.pairs[0].group

    @property
    def family(self) -> str:
        """Which share of the false-alarm rate the test takes from."""
        return self.metric.share if len(self.pairs) == 1 else PER_MODEL

    def is_gated(self, policy: Policy) -> bool:
        """Whether the finding sets the exit status."""
        return policy.is_gated(self.metric, *(pair.case_id for pair in self.pairs))

    @property
    def n_runs(self) -> float:
        """Runs a side, their harmonic mean where they differ in number."""
        return 2 / (1 / len(self.base) + 1 / len(self.candidate))

    @property
    def history_df(self) -> float | None:
        """Degrees of freedom of a spread that former runs told; None where the sides tell their own."""
        from_history = self.difference is not None and min(len(self.base), len(self.candidate)) < 2  # noqa: PLR2004
        return self.difference.df if self.difference and from_history else None

    def values_of(self, metric: Metric) -> tuple[float | None, float | None]:
        """Give both sides' values of the same measurement in another metric's unit."""
        sides = (list(_values(side.values())) for side in _sides(self.pairs, metric, calibrated=False))
        base, candidate = map(geometric_mean, sides)
        return base, candidate


def history_columns() -> tuple[str, ...]:
    """Name what summaries of former runs need to have."""
    return columns_of(ratio_metrics(), judged=True)


def ratio_metrics() -> list[Metric]:
    """Give the metrics that are tested, each measurement once."""
    return [metric for metric in all_metrics() if metric.test == "ratio" and metric.same_as is None]


def test_all(
    pairs: Sequence[Pair],
    metrics: Sequence[Metric],
    calibration_helps: Mapping[str, bool],
    history: Sequence[Summary],
    alpha: float,
    kernels: Mapping[str, Kernel],
) -> list[Tested]:
    """Test every metric of every case, and those of the headline over all cases of a model together.

    `calibration_helps` tells for which devices the calibration lowers the spread between runs, `kernels` for
    which the kernel itself changed.
    """
    former = Former(history)
    tested = [
        _with_raw(
            _test(
                cases, metric, former, calibrated=calibration_helps.get(cases[0].device, False), alpha=alpha
            ),
            kernels,
            former,
            alpha,
        )
        for cases in (*((pair,) for pair in pairs), *per_model(pairs))
        for metric in metrics
        if len(cases) == 1 or metric.share == "headline"
    ]
    # A mean over cases that cannot be tested says nothing that its cases do not say.
    return _shrunk([one for one in tested if one and (one.difference or len(one.pairs) == 1)], alpha)


def per_model(pairs: Iterable[Pair]) -> list[tuple[Pair, ...]]:
    """Give the cases that differ in bucket and batch size alone, where there are two or more.

    What slows each of them a little shows in their mean: the noise of single cases averages out in it. What
    they have in common, such as a slow hour, does not, and so the run stays the unit of the test.
    """
    groups: dict[str, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(pair.group, []).append(pair)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def spreads_by_device(pairs: Sequence[Pair]) -> dict[str, tuple[float, float]]:
    """Give for each device the spread between runs of one side, raw and calibrated, pooled over all cases.

    One choice for all cases of a device: choosing case by case would favour whatever chance made look better.
    """
    squares: dict[str, list[tuple[float, float]]] = {}
    for pair in pairs:
        for side in (pair.base, pair.candidate):
            raw, calibrated = (
                stats.standard_deviation(list(run_means([side], latency.METRIC, calibrated=by).values()))
                for by in (False, True)
            )
            if raw is not None and calibrated is not None:
                squares.setdefault(pair.device, []).append((raw**2, calibrated**2))
    return {
        device: (sqrt(stats.mean([raw for raw, _ in found])), sqrt(stats.mean([by for _, by in found])))
        for device, found in squares.items()
    }


def _test(
    pairs: tuple[Pair, ...], metric: Metric, former: Former, *, calibrated: bool, alpha: float
) -> Tested | None:
    """Test a metric of one case, or of several together; None where neither side has it."""
    by_kernel = calibrated and metric.is_time
    raw = _sides(pairs, metric, calibrated=False)
    if not any(raw):
        return None
    values = _values(raw[0].values()), _values(raw[1].values())
    if not all(raw):
        return Tested(pairs, metric, *values, None, by_kernel, "measured on one side only")
    by_run = _sides(pairs, metric, calibrated=True) if by_kernel else raw
    base, candidate = (list(logs.values()) for logs in by_run)
    if min(len(base), len(candidate)) > 1:
        difference = stats.two_sided(base, candidate, alpha)
        return Tested(pairs, metric, *values, difference, by_kernel, deviations=_deviations(by_run))
    # Two runs that are compared lie commits and sessions apart, and so do former ones, all in one group: how
    # little runs of one commit differ, back to back, would say too little.
    means = former.means(pairs, metric, calibrated=by_kernel)
    groups = [means] if means else []
    if sum(len(group) - 1 for group in (*groups, base, candidate)) < MIN_HISTORY_DF:
        reason = "a side has one run, and the noise of this machine and case is not known"
        return Tested(pairs, metric, *values, None, by_kernel, reason)
    difference = stats.against_history(base, candidate, groups, alpha)
    return Tested(pairs, metric, *values, difference, by_kernel, "against the stored noise history")


def _with_raw(
    tested: Tested | None, kernels: Mapping[str, Kernel], former: Former, alpha: float
) -> Tested | None:
    """Have raw times speak too, where those that were tested were divided by a kernel that changed."""
    kernel = None if tested is None else kernels.get(tested.pairs[0].device)
    if tested is None or kernel is None or not tested.calibrated:
        return tested
    raw = _test(tested.pairs, tested.metric, former, calibrated=False, alpha=alpha)
    return replace(tested, kernel=kernel, raw=raw.difference) if raw else tested


def _shrunk(tested: Sequence[Tested], alpha: float) -> list[Tested]:
    """Let cases that the same runs measured on a device tell each other how much runs differ."""
    alike: dict[tuple[str, str, tuple[int, ...]], list[int]] = {}
    for place, one in enumerate(tested):
        if len(one.pairs) == 1 and min(len(one.base), len(one.candidate)) >= shrinkage.MIN_RUNS:
            key = (one.metric.key, one.pairs[0].device, tuple(one.deviations))
            alike.setdefault(key, []).append(place)
    result = list(tested)
    for (_, _, runs), places in alike.items():
        deviations = [[tested[place].deviations[run] for run in runs] for place in places]
        differences = [
            one.difference for one in (tested[place] for place in places) if one.difference is not None
        ]
        shrunk = stats.shrink_variances(differences, deviations, alpha)
        for place, difference in zip(places, shrunk, strict=True):
            result[place] = replace(tested[place], difference=difference)
    return result


def _sides(
    pairs: Sequence[Pair], metric: Metric, *, calibrated: bool
) -> tuple[dict[int, float], dict[int, float]]:
    """Give the logarithm of every run of the base, and of the candidate, that has the metric in all cases."""
    base = run_means([pair.base for pair in pairs], metric, calibrated=calibrated)
    candidate = run_means([pair.candidate for pair in pairs], metric, calibrated=calibrated)
    return base, candidate


def _deviations(sides: Iterable[Mapping[int, float]]) -> dict[int, float]:
    return {run: value - stats.mean(list(side.values())) for side in sides for run, value in side.items()}


def _values(logs: Iterable[float]) -> tuple[float, ...]:
    return tuple(map(exp, logs))
