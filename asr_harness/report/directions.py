"""The directions of optimisation as claims: whether each pays for a system, by the prices of these runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asr_harness.judge.price import tolerance
from asr_harness.judge.price_changes import PRICED, Change
from asr_harness.metrics import by_key
from asr_harness.report.price import changes_in_words, limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.judge.price import Price
    from asr_harness.report.claims.voting import Result

RULE = (
    "A direction pays where latency, energy, memory or FLOPs are shown to fall by more than their tolerance "
    "({tolerances}), and excluded are a rise of {limits} and one of WER above {limit:g} points; it does not "
    "where WER is shown to rise, where it buys one of them with another, or where a gain above the tolerance "
    "is excluded for all that was measured. Intervals of a table hold together. Dummy weights, and single "
    "runs, tell neither."
)


@dataclass(frozen=True, slots=True)
class Direction:
    """The claim that a variant pays for a model on a device, its answer and the numbers behind it."""

    model: str
    device: str
    variant: str
    answer: Result
    detail: str
    n_runs: int


def directions(prices: Sequence[Price]) -> tuple[Direction, ...]:
    """Answer for each variant that was priced; one that could not run is left out."""
    return tuple(
        Direction(
            price.model, price.device, price.variant, _answer(price), changes_in_words(price), price.n_runs
        )
        for price in prices
        if price.reason is None
    )


def rule() -> str:
    """State how the claims are tested."""
    tolerances = ", ".join(f"{by_key(key).title} {tolerance(key):.0%}" for key in PRICED)
    return RULE.format(tolerances=tolerances, limits=limits(), limit=100 * by_key("wer").limit)


def _answer(price: Price) -> Result:
    if price.pays == "pays":
        return "holds"
    is_excluded = price.pays == "buys nothing" and all(
        map(_has_no_gain, PRICED, map(price.changes.get, PRICED))
    )
    is_trade = price.pays == "trades" and not price.is_dummy
    is_refuted = price.pays == "costs words" or is_trade or is_excluded
    return "does not hold" if is_refuted else "cannot be told"


def _has_no_gain(key: str, change: Change | None) -> bool:
    """Whether a gain above the tolerance is excluded; what was not measured gains nothing."""
    if change is None or change.value is None:
        return True
    return change.low is not None and change.low > -tolerance(key)
