"""What each variant costs against the baseline, by the paired test, for the newest runs that have both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.judge.alike import beside, kinds
from asr_harness.judge.price import price
from asr_harness.stats import ALPHA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.judge.price import Price
    from asr_harness.schema import RunFile

BASELINE = "baseline"
LEVEL = f"{100 * (1 - ALPHA):.10g} %"
"""At which all intervals of a model hold together."""


def prices(runs: Sequence[RunFile]) -> tuple[Price, ...]:
    """Price each variant of each model and device over the newest runs of one kind that ran both.

    Runs are oldest first.
    """
    newest: dict[tuple[str, str, str], Price] = {}
    for kind in reversed(kinds(beside(runs, BASELINE))):
        for priced in price(kind.runs, BASELINE):
            if priced.reason is None and priced.variant != BASELINE:
                newest[priced.model, priced.device, priced.variant] = priced
    return tuple(newest.values())
