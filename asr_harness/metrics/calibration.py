"""The calibration kernel's own time: the machine's pace, not the code's."""

from statistics import median

from asr_harness.metrics import units
from asr_harness.metrics.base import Metric
from asr_harness.schema import CaseResult


def read(result: CaseResult) -> float:
    """Give the median beside the rounds."""
    return median(result.speed.calibration_s)


METRIC = Metric(
    key="calibration",
    column="calibration_s",
    title="calibration",
    meaning="median time of the calibration kernel beside the rounds",
    unit=units.SECONDS,
    rank=110,
    read=read,
    test=None,
    is_time=True,
)
