"""Time in preprocessing."""

from asr_harness.metrics import units
from asr_harness.metrics.base import Metric
from asr_harness.metrics.stage_time import reader

METRIC = Metric(
    key="preprocess",
    column="preprocess_s",
    title="preprocess",
    meaning="seconds of an utterance in preprocessing, median over rounds",
    unit=units.SECONDS,
    rank=50,
    read=reader("preprocess"),
    is_time=True,
)
