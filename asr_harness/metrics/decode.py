"""Time in the decoder, or in a CTC head and its collapse."""

from asr_harness.metrics import units
from asr_harness.metrics.base import Metric
from asr_harness.metrics.stage_time import reader

METRIC = Metric(
    key="decode",
    column="decode_s",
    title="decode",
    meaning="seconds of an utterance in the decoder, or in a CTC head and its collapse, median over rounds",
    unit=units.SECONDS,
    rank=52,
    read=reader("decode"),
    is_time=True,
)
