"""Time in the encoder."""

from asr_harness.metrics import units
from asr_harness.metrics.base import Metric
from asr_harness.metrics.stage_time import reader

METRIC = Metric(
    key="encode",
    column="encode_s",
    title="encode",
    meaning="seconds of an utterance in the encoder, median over rounds",
    unit=units.SECONDS,
    rank=51,
    read=reader("encode"),
    is_time=True,
)
