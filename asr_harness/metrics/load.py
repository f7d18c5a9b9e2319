"""Seconds to load a system in a process that had loaded none."""

from asr_harness.metrics import units
from asr_harness.metrics.base import Metric
from asr_harness.schema import CaseResult


def read(result: CaseResult) -> float | None:
    """Give the seconds; None but for the first case of a process."""
    return result.start.load_s


METRIC = Metric(
    key="load",
    column="load_s",
    title="load",
    meaning="seconds to load the system, in a process that had loaded none",
    unit=units.SECONDS,
    rank=65,
    read=read,
    tolerance=0.1,
    limit=0.2,
)
