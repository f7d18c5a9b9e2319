"""Compilations amid the rounds: what was meant to be compiled once is compiled for each new shape."""

from asr_harness.metrics import units
from asr_harness.metrics.base import Metric
from asr_harness.schema import CaseResult


def read(result: CaseResult) -> float | None:
    """Give their number; None in runs that did not count them."""
    return result.start.n_recompilations


METRIC = Metric(
    key="recompilations",
    column="n_recompilations",
    title="recompiled",
    meaning="compilations amid the rounds",
    unit=units.COUNT,
    rank=105,
    read=read,
    test="count",
    tolerance=0.0,
)
