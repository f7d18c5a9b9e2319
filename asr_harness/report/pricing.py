"""What each variant costs against the baseline, by the paired test, for the newest runs that have both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.judge.price import price
from asr_harness.report.table.cases import place_of
from asr_harness.stats import ALPHA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.judge.price import Price
    from asr_harness.schema import RunFile

BASELINE = "baseline"
LEVEL = f"{100 * (1 - ALPHA):.10g} %"
"""At which all intervals of a model hold together."""


def prices(runs: Sequence[RunFile]) -> tuple[Price, ...]:
    """Price each variant of each model and device in the newest commit, environment and corpus that ran both.

    Runs are oldest first.
    """
    newest: dict[tuple[str, str, str], Price] = {}
    for group in _alike(runs):
        for one in price(group, BASELINE):
            if one.reason is None and one.variant != BASELINE:
                newest[one.model, one.device, one.variant] = one
    return tuple(newest.values())


def _alike(runs: Sequence[RunFile]) -> list[list[RunFile]]:
    """Sort runs into those that may be priced together, of which each has a baseline and a variant."""
    groups: dict[tuple[object, ...], list[RunFile]] = {}
    for run in (part for whole in runs for part in whole.by_machine()):
        variants = {record.case.variant for record in run.records.values()}
        if BASELINE in variants and len(variants) > 1:
            key = (*place_of(run), run.block.plan.data, run.block.plan.weights)
            groups.setdefault(key, []).append(run)
    return list(groups.values())
