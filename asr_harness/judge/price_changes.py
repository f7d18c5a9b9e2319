"""What a variant changes against the baseline that stands in the same runs, metric by metric."""

from __future__ import annotations

from dataclasses import dataclass
from math import expm1, log
from typing import TYPE_CHECKING

from asr_harness import stats
from asr_harness.judge.judge_rates import TestedRate, pool_rates, test_rate
from asr_harness.judge.sides import Measured, Pair
from asr_harness.metrics import by_key
from asr_harness.metrics.wer import METRIC as WER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.metrics import Metric
    from asr_harness.schema import Case, CaseResult, RunFile

PRICED = ("latency", "energy", "memory", "flops")
"""What is compared by its ratio; RTF is latency in another unit, and has the same ratio."""
EXACT = ("flops",)
"""Counted: alike in every run of the same code, so that no test is needed."""
N_TESTED = len(PRICED) - len(EXACT) + 1
"""Tests of a variant: WER's is the one that is no ratio."""


@dataclass(frozen=True, slots=True)
class Change:
    """One value against the baseline's: relative, or for WER a difference of rates.

    `is_shown` is None where too few runs, or talks, allow no test; `reason` says why there is no value.
    """

    base: float | None = None
    value: float | None = None
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    is_shown: bool | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PairedCase:
    """One place of the grid in one run, measured with the baseline, whose `case` this is, and a variant."""

    case: Case
    base: CaseResult
    other: CaseResult


@dataclass(frozen=True, slots=True)
class PairedRun:
    """A run, and what it measured of both."""

    run: RunFile
    cases: tuple[PairedCase, ...]


def changes(paired: Sequence[PairedRun], level: float) -> dict[str, Change]:
    """Give the change of each metric by its key, tested at `level`."""
    ratios = {key: _ratio(paired, by_key(key), level) for key in (*PRICED, "rtf")}
    return {**ratios, WER.key: _words(paired, level)}


def _ratio(paired: Sequence[PairedRun], metric: Metric, level: float) -> Change:
    means: list[float] = []
    measured: list[PairedCase] = []
    for run in paired:
        ratios = [(pair, ratio) for pair in run.cases if (ratio := _log_ratio(metric, pair)) is not None]
        if ratios:
            means.append(stats.mean([ratio for _, ratio in ratios]))
            measured += [pair for pair, _ in ratios]
    if not means:
        return Change(reason=_why_unmeasured(paired, metric))
    before, after = (metric.pooled(getattr(pair, side) for pair in measured) for side in ("base", "other"))
    effect = expm1(stats.mean(means))
    if metric.key in EXACT:
        return Change(before, after, effect, effect, effect, is_shown=bool(effect))
    difference = stats.paired(means, level)
    if difference is None:
        return Change(before, after, effect)
    low, high = (stats.as_change(end) for end in (difference.low, difference.high))
    return Change(before, after, effect, low, high, is_shown=difference.p <= level)


def _log_ratio(metric: Metric, pair: PairedCase) -> float | None:
    before, after = metric.judged(pair.base), metric.judged(pair.other)
    return None if before is None or after is None else log(after / before)


def _why_unmeasured(paired: Sequence[PairedRun], metric: Metric) -> str:
    results = (result for run in paired for pair in run.cases for result in (pair.base, pair.other))
    reasons = (
        result.energy.whole.reason if metric.key == "energy" else result.reasons.get(metric.key)
        for result in results
    )
    return next(filter(None, reasons), f"{metric.title} was not measured")


def _words(paired: Sequence[PairedRun], level: float) -> Change:
    """Test WER over talks, all slices of the model together."""
    by_case: dict[str, list[tuple[RunFile, PairedCase]]] = {}
    for run in paired:
        for pair in run.cases:
            by_case.setdefault(pair.case.id, []).append((run.run, pair))
    tested = [test_rate(_sides(measured), WER, level) for measured in by_case.values()]
    rates = [rate for rate in tested if isinstance(rate, TestedRate)]
    if not rates:
        return Change(reason=_why_unmeasured(paired, WER))
    return _of_rate(next(iter(pool_rates(rates, level)), rates[0]), level)


def _sides(measured: Sequence[tuple[RunFile, PairedCase]]) -> Pair:
    case = measured[0][1].case
    base = tuple(Measured(run, pair.base) for run, pair in measured)
    return Pair(case.id, case.device, "*", base, tuple(Measured(run, pair.other) for run, pair in measured))


def _of_rate(tested: TestedRate, level: float) -> Change:
    total = sum(tested.errors.n_reference)
    before, after = sum(tested.errors.base) / total, sum(tested.errors.candidate) / total
    if tested.is_identical:
        return Change(before, after, 0.0, 0.0, 0.0, is_shown=False)
    difference = tested.difference
    if difference is None:
        return Change(before, after, after - before)
    is_shown = difference.p <= level
    return Change(before, after, difference.estimate, difference.low, difference.high, is_shown=is_shown)
