"""Times, energy and memory: tested over runs on the logarithm, where a difference is a ratio."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain
from math import exp, log, sqrt
from statistics import median
from typing import TYPE_CHECKING

from asr_harness import stats
from asr_harness.compare.metrics import METRICS
from asr_harness.compare.sides import Measured, fingerprint, machine

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from asr_harness.compare.metrics import Family, Metric
    from asr_harness.compare.sides import Pair
    from asr_harness.saved import SavedRun

MIN_HISTORY = 3
"""Degrees of freedom below which a stored history says too little of the noise."""


@dataclass(frozen=True, slots=True)
class Tested:
    """A metric of one case, or the mean of several, and the test between the sides if there could be one.

    `base` and `candidate` have the value of each run, the geometric mean of several cases. `deviations` are
    those of each run's logarithm from its side's mean, by the run's identity, where both sides have several.
    """

    pairs: tuple[Pair, ...]
    metric: Metric
    base: tuple[float, ...]
    candidate: tuple[float, ...]
    difference: stats.Difference | None
    calibrated: bool = False
    reason: str = ""
    deviations: Mapping[int, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The case's id, or the pattern of several."""
        return self.pairs[0].case_id if len(self.pairs) == 1 else self.pairs[0].group

    @property
    def family(self) -> Family:
        """Which share of the false-alarm rate the test takes from."""
        return self.metric.family if len(self.pairs) == 1 else "together"

    @property
    def n_runs(self) -> float:
        """Runs a side, their harmonic mean where they differ in number."""
        return 2 / (1 / len(self.base) + 1 / len(self.candidate))

    @property
    def history_df(self) -> float | None:
        """Degrees of freedom of a spread that former runs told; None where the sides tell their own."""
        is_told = self.difference is not None and min(len(self.base), len(self.candidate)) < 2  # noqa: PLR2004
        return self.difference.df if self.difference and is_told else None

    @property
    def variance_df(self) -> float:
        """Degrees of freedom of the spread that the smallest effect rests on."""
        prior_df = self.difference.prior_df if self.difference else 0.0
        return stats.two_sample_df(self.n_runs, prior_df) if self.history_df is None else self.history_df

    def in_unit_of(self, metric: Metric) -> Tested:
        """Give the same test of the same measurement, read in another metric's unit."""
        if metric == self.metric:
            return self
        base, candidate = (_values(logs.values()) for logs in _sides(self.pairs, metric, calibrated=False))
        return replace(self, metric=metric, base=base, candidate=candidate)


def groups(pairs: Iterable[Pair]) -> list[tuple[Pair, ...]]:
    """Give the cases that differ in bucket and batch size alone, where there are two or more.

    What slows each of them a little shows in their mean: the noise of single cases averages out in it. What
    they have in common, such as a slow hour, does not, and so the run stays the unit of the test.
    """
    found: dict[str, list[Pair]] = {}
    for pair in pairs:
        found.setdefault(pair.group, []).append(pair)
    return [tuple(group) for group in found.values() if len(group) > 1]


def calibrated_devices(pairs: Sequence[Pair]) -> dict[str, tuple[float, float]]:
    """Give for each device the spread between runs of one side, raw and calibrated, pooled over all cases.

    One choice for all cases of a device: choosing case by case would favour whatever chance made look better.
    """
    latency = METRICS[0]
    squares: dict[str, list[tuple[float, float]]] = {}
    for pair in pairs:
        for side in (pair.base, pair.candidate):
            spreads = [
                stats.standard_deviation(list(_run_means([side], latency, calibrated=calibrated).values()))
                for calibrated in (False, True)
            ]
            if spreads[0] is not None and spreads[1] is not None:
                squares.setdefault(pair.device, []).append((spreads[0] ** 2, spreads[1] ** 2))
    return {
        device: (sqrt(stats.mean([raw for raw, _ in found])), sqrt(stats.mean([by for _, by in found])))
        for device, found in squares.items()
    }


def test(
    pairs: tuple[Pair, ...], metric: Metric, history: Sequence[SavedRun], *, calibrated: bool, alpha: float
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
    former = _history(pairs, metric, history, calibrated=by_kernel)
    if sum(len(group) - 1 for group in (*former, base, candidate)) < MIN_HISTORY:
        reason = "a side has one run, and the noise of this machine and case is not known"
        return Tested(pairs, metric, *values, None, by_kernel, reason)
    difference = stats.against_history(base, candidate, former, alpha)
    return Tested(pairs, metric, *values, difference, by_kernel, "against the stored noise history")


def _sides(
    pairs: Sequence[Pair], metric: Metric, *, calibrated: bool
) -> tuple[dict[int, float], dict[int, float]]:
    """Give the logarithm of every run of the base, and of the candidate, that has the metric in all cases."""
    base = _run_means([pair.base for pair in pairs], metric, calibrated=calibrated)
    candidate = _run_means([pair.candidate for pair in pairs], metric, calibrated=calibrated)
    return base, candidate


def _deviations(sides: Iterable[Mapping[int, float]]) -> dict[int, float]:
    return {run: value - stats.mean(list(side.values())) for side in sides for run, value in side.items()}


def _run_means(cases: Sequence[Sequence[Measured]], metric: Metric, *, calibrated: bool) -> dict[int, float]:
    """Give each run's mean logarithm over cases, by the run's identity; runs that lack one are left out."""
    logs: dict[int, list[float]] = {}
    for one in chain.from_iterable(cases):
        value = metric.read(one.record)
        if value is not None:
            pace = float(median(one.info["calibration_s"])) if calibrated else 1.0
            logs.setdefault(id(one.run), []).append(log(value / pace))
    return {run: stats.mean(values) for run, values in logs.items() if len(values) == len(cases)}


def _values(logs: Iterable[float]) -> tuple[float, ...]:
    return tuple(map(exp, logs))


def _history(
    pairs: Sequence[Pair], metric: Metric, history: Sequence[SavedRun], *, calibrated: bool
) -> list[list[float]]:
    """Gather former runs of these cases on this machine, those of one commit together."""
    means = _run_means([_former(pair, history) for pair in pairs], metric, calibrated=calibrated)
    found: dict[str, list[float]] = {}
    for run in history:
        if id(run) in means:
            found.setdefault(str(run.commit), []).append(means[id(run)])
    return list(found.values())


def _former(pair: Pair, history: Sequence[SavedRun]) -> list[Measured]:
    taken = {one.run.identity for one in (*pair.base, *pair.candidate)}
    slice_of = fingerprint("slice")
    here, slice_key = machine(pair.base[0].run, pair.device), slice_of(pair.base[0])
    found = []
    for run in history:
        record = run.records.get(pair.case_id)
        if record is None or record.outcome != "measured" or run.identity in taken or run.is_dirty:
            continue
        one = Measured(run, record)
        if machine(run, pair.device) == here and slice_of(one) == slice_key:
            found.append(one)
    return found
