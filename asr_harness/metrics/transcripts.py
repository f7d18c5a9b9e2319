"""The transcripts themselves: alike in every run of the same code."""

from asr_harness.metrics import units
from asr_harness.metrics.base import Metric
from asr_harness.schema import CaseResult


def read(result: CaseResult) -> float | None:
    """Give how many there are; what is compared is their texts."""
    return None if result.quality.hypotheses is None else len(result.quality.hypotheses)


METRIC = Metric(
    key="transcripts",
    column="n_transcripts",
    title="transcripts",
    meaning="transcripts kept",
    unit=units.COUNT,
    rank=103,
    read=read,
    test="texts",
)
