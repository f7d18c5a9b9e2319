"""Times, energy and memory: tested over runs on the logarithm, where a difference is a ratio."""

from __future__ import annotations

from dataclasses import dataclass
from math import expm1, log, log1p, sqrt
from statistics import median
from typing import TYPE_CHECKING

from asr_harness import stats
from asr_harness.compare.cells import Cell
from asr_harness.compare.metrics import METRICS, Metric
from asr_harness.compare.sides import machine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.compare.sides import Measured, Pair
    from asr_harness.saved import SavedRun
    from asr_harness.types import Verdict

MIN_HISTORY = 3
"""Degrees of freedom below which a stored history says too little of the noise."""

FEWEST_MORE = 2
"""Runs a side that make a test possible at all, with one to spare."""


@dataclass(frozen=True, slots=True)
class Tested:
    """One case's metric: the values of each run, and the test between the sides if there could be one."""

    pair: Pair
    metric: Metric
    base: tuple[float, ...]
    candidate: tuple[float, ...]
    difference: stats.Difference | None
    calibrated: bool = False
    reason: str = ""

    @property
    def n_runs(self) -> float:
        """Runs a side, their harmonic mean where they differ in number."""
        return 2 / (1 / len(self.base) + 1 / len(self.candidate))


def calibrated_devices(pairs: Sequence[Pair]) -> dict[str, tuple[float, float]]:
    """Give for each device the spread between runs of one side, raw and calibrated, pooled over all cases.

    One choice for all cases of a device: choosing case by case would favour whatever chance made look better.
    """
    latency = METRICS[0]
    squares: dict[str, list[tuple[float, float]]] = {}
    for pair in pairs:
        for side in (pair.base, pair.candidate):
            spreads = [
                stats.standard_deviation([log(_value(one, latency, calibrated) or 1.0) for one in side])
                for calibrated in (False, True)
            ]
            if spreads[0] is not None and spreads[1] is not None:
                squares.setdefault(pair.device, []).append((spreads[0] ** 2, spreads[1] ** 2))
    return {
        device: (sqrt(stats.mean([raw for raw, _ in found])), sqrt(stats.mean([by for _, by in found])))
        for device, found in squares.items()
    }


def test_pair(
    pair: Pair, metric: Metric, history: Sequence[SavedRun], *, calibrated: bool, alpha: float
) -> Tested | None:
    """Test one metric of a case; None where neither side has it."""
    by_kernel = calibrated and metric.is_time
    base, candidate = values(pair.base, metric), values(pair.candidate, metric)
    if not base and not candidate:
        return None
    if not base or not candidate:
        return Tested(pair, metric, base, candidate, None, by_kernel, "measured on one side only")
    logs = [
        [log(value) for one in side if (value := _value(one, metric, by_kernel)) is not None]
        for side in (pair.base, pair.candidate)
    ]
    if min(map(len, logs)) > 1:
        return Tested(pair, metric, base, candidate, stats.welch(logs[0], logs[1], alpha), by_kernel)
    groups = _history(pair, metric, history, by_kernel)
    if sum(len(group) - 1 for group in (*groups, *logs)) < MIN_HISTORY:
        reason = "a side has one run, and the noise of this machine and case is not known"
        return Tested(pair, metric, base, candidate, None, by_kernel, reason)
    difference = stats.against_history(logs[0], logs[1], groups, alpha)
    return Tested(pair, metric, base, candidate, difference, by_kernel, "against the stored noise history")


def values(side: Sequence[Measured], metric: Metric) -> tuple[float, ...]:
    """Read a metric of every run that has it."""
    return tuple(value for one in side if (value := metric.read(one.record)) is not None)


def judge(tested: Tested, p: float, *, alpha: float, n_tests: int, limit: float | None) -> Cell:
    """Turn a test into a verdict; `p` is adjusted for all tests, `limit` a rule's tolerance."""
    metric, difference = tested.metric, tested.difference
    base = median(tested.base) if tested.base else None
    candidate = median(tested.candidate) if tested.candidate else None
    gated = metric.gated or limit is not None
    if difference is None:
        return Cell(
            tested.pair.case_id,
            metric.name,
            "inconclusive",
            gated,
            base,
            candidate,
            candidate / base - 1 if base and candidate else None,
            more_runs=FEWEST_MORE if base and candidate else None,
            calibrated=tested.calibrated,
            note=tested.reason,
        )
    tolerance = log1p(metric.tolerance if limit is None else limit)
    margin = log1p(metric.margin if limit is None else limit)
    verdict: Verdict = "inconclusive"
    if p <= alpha and abs(difference.estimate) > tolerance:
        verdict = "regression" if difference.estimate > 0 else "improvement"
    elif -margin < difference.low and difference.high < margin:
        verdict = "unchanged"
    per_test = alpha / max(n_tests, 1)
    smallest = stats.smallest_effect(difference.sd, tested.n_runs, alpha=per_test)
    more = None
    if verdict == "inconclusive":
        needed = stats.runs_needed(difference.sd, max(margin, abs(difference.estimate)), alpha=per_test)
        more = None if needed is None else max(1, needed - round(tested.n_runs))
    return Cell(
        tested.pair.case_id,
        metric.name,
        verdict,
        gated,
        base,
        candidate,
        expm1(difference.estimate),
        expm1(difference.low),
        expm1(difference.high),
        p,
        None if smallest is None else expm1(smallest),
        more,
        tested.calibrated,
        tested.reason,
    )


def _value(one: Measured, metric: Metric, calibrated: bool) -> float | None:
    value = metric.read(one.record)
    if value is None or not calibrated:
        return value
    return value / float(median(one.info["calibration_s"]))


def _history(
    pair: Pair,
    metric: Metric,
    history: Sequence[SavedRun],
    by_kernel: bool,
) -> list[list[float]]:
    """Gather former runs of this case on this machine, those of one commit together."""
    from asr_harness.compare.sides import Measured

    taken = {one.run.path for one in (*pair.base, *pair.candidate)}
    here = machine(pair.base[0].run, pair.device)
    slice_key = _slice(pair.base[0].info)
    groups: dict[str, list[float]] = {}
    for run in history:
        record = run.records.get(pair.case_id)
        if record is None or record.outcome != "measured" or run.path in taken or run.is_dirty:
            continue
        one = Measured(run, record)
        if machine(run, pair.device) != here or _slice(one.info) != slice_key:
            continue
        value = _value(one, metric, by_kernel)
        if value is not None:
            groups.setdefault(str(run.commit), []).append(log(value))
    return list(groups.values())


def _slice(info: Mapping[str, object]) -> object:
    fingerprints = info.get("fingerprints")
    return fingerprints.get("slice") if isinstance(fingerprints, dict) else None
