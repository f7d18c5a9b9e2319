"""Real-time factor: latency as a share of the audio's own length."""

from statistics import median

from asr_harness.metrics import units
from asr_harness.metrics.base import Metric
from asr_harness.schema import CaseResult


def read(result: CaseResult) -> float:
    """Give seconds of computing per second of audio, below 1 if faster than speech."""
    return median(result.speed.rounds_s) / result.audio_s


METRIC = Metric(
    key="rtf",
    column="rtf",
    title="RTF",
    meaning="seconds of computing per second of audio",
    unit=units.RATIO,
    rank=20,
    read=read,
    share="headline",
    in_session=True,
    gated=True,
    same_as="latency",
    is_time=True,
    rounds=lambda result: result.speed.rounds_s,
)
