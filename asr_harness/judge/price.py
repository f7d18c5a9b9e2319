"""What each variant buys and what it costs in words: against the baseline of the same runs, pair by pair.

A run that measured both is a pair; its value is the mean log ratio over the cases that both have, and
Student's paired test over runs bounds it, so that what slows a whole run cancels. Words are tested over talks
as those of two commits are. All intervals of a table hold together, by Bonferroni.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from asr_harness import stats
from asr_harness.errors import RecordError
from asr_harness.judge.alike import variant_names
from asr_harness.judge.price_changes import N_TESTED, PRICED, Change, PairedCase, PairedRun, changes
from asr_harness.metrics import by_key
from asr_harness.stats.fronts import beats

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.schema import CaseRecord, RunFile

Pays = Literal["pays", "trades", "costs words", "buys nothing", "undecided", "words unpriced"]
LEAST = 0.01
"""A change that nobody would call one, though counts, such as FLOPs, show it."""
FELT = ("latency", "energy", "memory")
"""What a rise of is a cost; FLOPs are felt through these."""
System = tuple[str, str]
"""A model, and the device that it runs on: each has a table."""


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

        It costs words where WER is shown to rise. Where latency, energy, memory or FLOPs are shown to fall by
        more than their tolerance, it is a trade if another that is felt is shown to rise; else it pays if a
        rise above its limit is excluded of WER and of all that is felt.
        """
        wer = self.change("wer")
        if wer.is_shown and (wer.effect or 0) > 0:
            return "costs words"
        if not self.gains:
            measured = [change for key in PRICED if (change := self.change(key)).value]
            return "undecided" if any(change.is_shown is None for change in measured) else "buys nothing"
        if self.costs:
            return "trades"
        if any(self._may_cost(key) for key in FELT):
            return "undecided"
        if self.is_dummy:
            return "words unpriced"
        return "pays" if wer.high is not None and wer.high <= by_key("wer").limit else "undecided"

    @property
    def gains(self) -> tuple[str, ...]:
        """Give the keys of what is shown to fall by more than its tolerance."""
        return tuple(key for key in PRICED if _beyond(key, self.change(key)) < 0)

    @property
    def costs(self) -> tuple[str, ...]:
        """Give the keys of what is shown to rise by more than its tolerance, and is felt."""
        return tuple(key for key in FELT if _beyond(key, self.change(key)) > 0)

    def _may_cost(self, key: str) -> bool:
        """Whether a rise above the limit of what was measured is left open."""
        change = self.change(key)
        is_bounded = change.high is not None and change.high <= by_key(key).limit
        return change.value is not None and not is_bounded

    def change(self, key: str) -> Change:
        """Give the change of a metric, an empty one where it has none."""
        return self.changes.get(key, Change())


def price(
    runs: Sequence[RunFile],
    baseline: str,
    variants: Sequence[str] = (),
    alpha: float = stats.ALPHA,
    gone: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Price, ...]:
    """Price variants, all that were measured unless some are named, for each model and device.

    Runs are alike (`judge.alike`); `gone` has variants that none of them has, each with the reason.

    Raises RecordError where no run has the baseline, or none has a named variant.
    """
    measured = variant_names(runs)
    chosen = _chosen(baseline, variants, measured, gone)
    level = alpha / (len(chosen) * N_TESTED)
    systems = dict.fromkeys(map(_system, (record for run in runs for record in run.records.values())))
    prices: list[Price] = []
    for system in systems:
        has = [name for name in (baseline, *chosen) if any(_places(run, system, name) for run in runs)]
        rows = [_price(runs, system, baseline, name, level) for name in has]
        prices += _with_front(rows)
        prices += [
            Price(*system, name, 0, 0, {}, reason=gone[name]) for name in chosen if name not in measured
        ]
    return tuple(prices)


def _chosen(baseline: str, variants: Sequence[str], measured: set[str], gone: Mapping[str, str]) -> list[str]:
    for variant in (baseline, *variants):
        if variant not in measured and variant not in gone:
            raise RecordError(
                f"no run has the variant {variant!r}; they have {', '.join(sorted(measured)) or 'none'}. "
                f"Measure both in one session: pytest benchmarks/ --asr-variants {baseline},{variant}"
            )
    chosen = [name for name in dict.fromkeys(variants or sorted(measured)) if name != baseline]
    if not chosen:
        raise RecordError(
            f"there is no variant beside the baseline {baseline!r} to price; measure another in one session "
            f"with it, as in: pytest benchmarks/ --asr-variants {baseline},bf16"
        )
    return chosen


def _price(runs: Sequence[RunFile], system: System, baseline: str, variant: str, level: float) -> Price:
    paired = [PairedRun(run, cases) for run in runs if (cases := _pairs(run, system, baseline, variant))]
    if not paired:
        records = [record for run in runs for record in _places(run, system, variant).values()]
        reasons = (f"{record.outcome}: {record.reason}" for record in records if record.reason)
        return Price(*system, variant, 0, 0, {}, reason=next(reasons, "not beside the baseline"))
    n_cases = len({pair.case.id for run in paired for pair in run.cases})
    is_dummy = any(one.run.block.plan.weights == "dummy" for one in paired)
    return Price(*system, variant, len(paired), n_cases, changes(paired, level), is_dummy)


def _pairs(run: RunFile, system: System, baseline: str, variant: str) -> tuple[PairedCase, ...]:
    """Give the places of the grid that a run measured with both, on the same slice."""
    others = _places(run, system, variant)
    return tuple(
        PairedCase(base.case, base.result, other.result)
        for place, base in _places(run, system, baseline).items()
        if (other := others.get(place)) is not None
        and base.result is not None
        and other.result is not None
        and base.result.fingerprints.slice == other.result.fingerprints.slice
    )


def _places(run: RunFile, system: System, variant: str) -> dict[tuple[str, int], CaseRecord]:
    """Give what became of a variant in each bucket and batch size."""
    return {
        (record.case.bucket, record.case.batch_size): record
        for record in run.records.values()
        if _system(record) == system and record.case.variant == variant
    }


def _system(record: CaseRecord) -> System:
    return record.case.model, record.case.device


def _with_front(prices: Sequence[Price]) -> list[Price]:
    """Mark what no other beats in latency and WER; in latency and memory where no WER has a value."""
    keys = ("latency", "wer")
    if all(price.change("wer").value is None for price in prices):
        keys = ("latency", "memory")
    costs: dict[str, list[float]] = {}
    for price in prices:
        values = [value for key in keys if (value := price.change(key).value) is not None]
        if len(values) == len(keys):
            costs[price.variant] = values
    front = {name for name, cost in costs.items() if not any(beats(other, cost) for other in costs.values())}
    return [replace(price, is_on_front=price.variant in front) for price in prices]


def _beyond(key: str, change: Change) -> float:
    """Give a change that is shown and above the tolerance, else 0."""
    effect = change.effect or 0.0
    return effect if change.is_shown and abs(effect) > tolerance(key) else 0.0


def tolerance(key: str) -> float:
    """Give the share up to which a change is neither gain nor cost."""
    return max(by_key(key).tolerance, LEAST)
