"""Seconds that torch compiled for before the rounds of a case."""

from asr_harness.metrics import units
from asr_harness.metrics.base import Metric
from asr_harness.schema import CaseResult


def read(result: CaseResult) -> float | None:
    """Give the seconds; None where nothing was compiled, or nobody watched."""
    return result.start.compile_s if result.start.n_compilations else None


METRIC = Metric(
    key="compile",
    column="compile_s",
    title="compile",
    meaning="seconds spent compiling before the rounds",
    unit=units.SECONDS,
    rank=67,
    read=read,
    tolerance=0.1,
    limit=0.2,
)
