"""What each variant buys and what it costs in words: against the baseline of the same runs, pair by pair.

A run that measured both is a pair; its value is the mean log ratio over the cases that both have, and
Student's paired test over runs bounds it, so that what slows a whole run cancels. Words are tested over talks
as those of two commits are. All intervals of a table hold together, by Bonferroni.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import expm1, log
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from asr_harness import stats
from asr_harness.errors import RecordError
from asr_harness.judge.judge_rates import TestedRate, pool_rates, test_rate
from asr_harness.judge.sides import Measured, Pair
from asr_harness.metrics import RateMetric, by_key
from asr_harness.stats.fronts import beats

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asr_harness.metrics import Metric
    from asr_harness.schema import CaseRecord, CaseResult, RunFile
    from asr_harness.stats import Difference

PRICED = ("latency", "energy", "memory", "flops")
"""What is compared by its ratio; RTF is latency in another unit, and has the same ratio."""
EXACT = ("flops",)
"""Counted: alike in every run of the same code, so that no test is needed."""
Pays = Literal["pays", "costs words", "buys nothing", "undecided", "words unpriced"]


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
class Price:
    """One variant of one model on one device; `changes` by the key of the metric, `n_runs` that have both."""

    model: str
    device: str
    variant: str
    n_runs: int
    n_cases: int
    changes: Mapping[str, Change]
    is_dummy: bool = False
    is_on_front: bool = False
    reason: str | None = None

    @property
    def pays(self) -> Pays:
        """Judge the direction.

        It pays where latency, energy, memory or FLOPs are shown to fall by more than their tolerance and a
        rise of WER above its limit is excluded; it costs words where WER is shown to rise.
        """
        wer = self.changes.get("wer", Change())
        gains = [
            self.changes[key] for key in PRICED if key in self.changes and _falls(key, self.changes[key])
        ]
        if wer.is_shown and (wer.effect or 0) > 0:
            return "costs words"
        if not gains:
            measured = [change for key in PRICED if (change := self.changes.get(key)) and change.value]
            is_open = any(change.is_shown is None for change in measured)
            return "undecided" if is_open else "buys nothing"
        if self.is_dummy:
            return "words unpriced"
        limit = by_key("wer").limit
        return "pays" if wer.high is not None and wer.high <= limit else "undecided"


def price(
    runs: Sequence[RunFile],
    baseline: str,
    variants: Sequence[str] = (),
    alpha: float = stats.ALPHA,
    gone: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Price, ...]:
    """Price variants, all that were measured unless some are named, for each model and device.

    `gone` has those that nothing was saved of, each with the reason.

    Raises RecordError where no run has the baseline, or none has a named variant beside it.
    """
    names = {record.case.variant for run in runs for record in run.records.values()}
    for variant in (baseline, *variants):
        if variant not in names and variant not in gone:
            raise RecordError(
                f"no run has the variant {variant!r}; they have {', '.join(sorted(names)) or 'none'}. "
                f"Measure both in one session: pytest benchmarks/ --asr-variants {baseline},{variant}"
            )
    chosen = [one for one in dict.fromkeys(variants or sorted(names - {baseline})) if one != baseline]
    if not chosen:
        raise RecordError(
            f"there is no variant beside the baseline {baseline!r} to price; measure another in one session "
            f"with it, as in: pytest benchmarks/ --asr-variants {baseline},bf16"
        )
    groups = dict.fromkeys(
        (record.case.model, record.case.device) for run in runs for record in run.records.values()
    )
    made = [
        _with_front([
            _price(runs, group, baseline, variant, alpha, len(chosen))
            for variant in (baseline, *chosen)
            if any(True for run in runs for _ in _of(run, group, variant))
        ] + [Price(*group, name, 0, 0, {}, reason=gone[name]) for name in chosen if name not in names])
        for group in groups
    ]  # fmt: skip
    return tuple(one for group in made for one in group)


def _price(
    runs: Sequence[RunFile],
    group: tuple[str, str],
    baseline: str,
    variant: str,
    alpha: float,
    n_variants: int,
) -> Price:
    pairs = [(run, found) for run in runs if (found := _pairs(run, group, baseline, variant))]
    if not pairs:
        records = [record for run in runs for record in _of(run, group, variant)]
        why = next(
            (f"{one.outcome}: {one.reason}" for one in records if one.reason), "not beside the baseline"
        )
        return Price(*group, variant, 0, 0, {}, reason=why)
    n_tests = n_variants * (len(PRICED) - len(EXACT) + 1)
    level = alpha / n_tests
    changes = {key: _ratio(pairs, by_key(key), level) for key in PRICED}
    changes["rtf"] = _ratio(pairs, by_key("rtf"), level)
    changes["wer"] = _words(pairs, level)
    n_cases = len({base.case.id for _, found in pairs for base, _ in found})
    is_dummy = any(run.block.plan.weights == "dummy" for run, _ in pairs)
    return Price(*group, variant, len(pairs), n_cases, changes, is_dummy)


def _ratio(
    pairs: Sequence[tuple[RunFile, Sequence[tuple[CaseRecord, CaseRecord]]]], metric: Metric, level: float
) -> Change:
    per_run, values, reasons = [], ([], []), []  # type: ignore[var-annotated]
    for _, found in pairs:
        logs = []
        for base, other in found:
            both = [metric.judged(one.result) for one in (base, other) if one.result is not None]
            if len(both) == 2 and all(both):  # noqa: PLR2004
                logs.append(log(both[1] / both[0]))  # type: ignore[operator]
                values[0].append(base.result)
                values[1].append(other.result)
            else:
                reasons += [_why_not(one.result, metric) for one in (base, other) if one.result]
        if logs:
            per_run.append(stats.mean(logs))
    if not per_run:
        return Change(reason=next(filter(None, reasons), f"{metric.key} was not measured"))
    before, after = (metric.pooled(side) for side in values)
    effect = expm1(stats.mean(per_run))
    if metric.key in EXACT:
        return Change(before, after, effect, effect, effect, is_shown=bool(effect))
    difference = stats.paired(per_run, level)
    if difference is None:
        return Change(before, after, effect)
    low, high = (stats.as_change(end) for end in (difference.low, difference.high))
    return Change(before, after, effect, low, high, is_shown=difference.p <= level)


def _why_not(result: CaseResult, metric: Metric) -> str | None:
    return result.energy.whole.reason if metric.key == "energy" else result.reasons.get(metric.key)


def _words(pairs: Sequence[tuple[RunFile, Sequence[tuple[CaseRecord, CaseRecord]]]], level: float) -> Change:
    metric = by_key("wer")
    if not isinstance(metric, RateMetric):  # as it is one
        return Change(reason="wer is no rate")
    sides: dict[str, tuple[list[Measured], list[Measured]]] = {}
    cases = {}
    for run, found in pairs:
        for base, other in found:
            cases[base.case.id] = base.case
            for side, record in zip(sides.setdefault(base.case.id, ([], [])), (base, other), strict=True):
                if record.result is not None:
                    side.append(Measured(run, record.result))
    tested = [
        test_rate(Pair(name, cases[name].device, "*", tuple(base), tuple(other)), metric, level)
        for name, (base, other) in sides.items()
    ]
    rates = [one for one in tested if isinstance(one, TestedRate)]
    if not rates:
        reasons = [one.result.reasons.get("wer") for _, found in pairs for one, _ in found if one.result]
        return Change(reason=next(filter(None, reasons), "WER was not measured"))
    return _change_of(next(iter(pool_rates(rates, level)), rates[0]), level)


def _change_of(tested: TestedRate, level: float) -> Change:
    total = sum(tested.errors.n_reference)
    before, after = sum(tested.errors.base) / total, sum(tested.errors.candidate) / total
    if tested.is_identical:
        return Change(before, after, 0.0, 0.0, 0.0, is_shown=False)
    difference: Difference | None = tested.difference
    if difference is None:
        return Change(before, after, after - before)
    return Change(
        before, after, difference.estimate, difference.low, difference.high, is_shown=difference.p <= level
    )


def _with_front(prices: Sequence[Price]) -> list[Price]:
    """Mark what no other beats in latency and WER; in latency and memory where no WER has a value."""
    keys = ("latency", "wer")
    if all(one.changes.get("wer", Change()).value is None for one in prices):
        keys = ("latency", "memory")
    costs = {one.variant: [one.changes.get(key, Change()).value for key in keys] for one in prices}
    known = {
        name: [cost for cost in each if cost is not None] for name, each in costs.items() if None not in each
    }
    front = {name for name, mine in known.items() if not any(beats(other, mine) for other in known.values())}
    return [replace(one, is_on_front=one.variant in front) for one in prices]


def _pairs(
    run: RunFile, group: tuple[str, str], baseline: str, variant: str
) -> list[tuple[CaseRecord, CaseRecord]]:
    base = {_place(record): record for record in _of(run, group, baseline) if record.result}
    other = {_place(record): record for record in _of(run, group, variant) if record.result}
    return [
        (base[place], other[place])
        for place in base
        if place in other and _slice(base[place]) == _slice(other[place])
    ]


def _slice(record: CaseRecord) -> str | None:
    return None if record.result is None else record.result.fingerprints.slice


def _place(record: CaseRecord) -> tuple[str, int]:
    return record.case.bucket, record.case.batch_size


def _of(run: RunFile, group: tuple[str, str], variant: str) -> Iterator[CaseRecord]:
    return (
        record
        for record in run.records.values()
        if (record.case.model, record.case.device) == group and record.case.variant == variant
    )


def _falls(key: str, change: Change) -> bool:
    return bool(change.is_shown) and (change.effect or 0.0) < -by_key(key).tolerance
