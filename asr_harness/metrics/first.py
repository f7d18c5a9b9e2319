"""Seconds of the first batch that a process transcribes."""

from asr_harness.metrics import units
from asr_harness.metrics.base import Metric
from asr_harness.schema import CaseResult


def read(result: CaseResult) -> float | None:
    """Give the seconds; None but for the first case of a process."""
    return result.start.first_s


METRIC = Metric(
    key="first",
    column="first_s",
    title="first",
    meaning="seconds of the first batch that a process transcribes",
    unit=units.SECONDS,
    rank=66,
    read=read,
    tolerance=0.1,
    limit=0.2,
)
