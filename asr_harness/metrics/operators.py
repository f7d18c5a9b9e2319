"""Operators that the framework dispatched for the first batch."""

from asr_harness.metrics import units
from asr_harness.metrics.base import Metric
from asr_harness.schema import CaseResult


def read(result: CaseResult) -> float | None:
    """Give those of all stages; None where they were not counted."""
    operators = result.work.operators
    return None if operators is None else sum(operators.values())


METRIC = Metric(
    key="operators",
    column="n_operators",
    title="operators",
    meaning="operators dispatched for the first batch",
    unit=units.COUNT,
    rank=102,
    read=read,
    test="count",
    tolerance=0.0,
)
