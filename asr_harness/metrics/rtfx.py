"""Inverse real-time factor, as leaderboards give it: how many times faster than speech."""

from asr_harness.metrics import rtf, units
from asr_harness.metrics.base import Metric
from asr_harness.schema import CaseResult


def read(result: CaseResult) -> float:
    """Give seconds of audio per second of computing."""
    return 1 / rtf.read(result)


METRIC = Metric(
    key="rtfx",
    column="rtfx",
    title="RTFx",
    meaning="seconds of audio per second of computing",
    unit=units.RATIO,
    rank=30,
    read=read,
    test=None,
    lower_is_better=False,
    same_as="latency",
    is_time=True,
)
