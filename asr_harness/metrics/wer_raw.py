"""Word error rate of lower-cased, otherwise untouched text."""

from asr_harness.metrics import units
from asr_harness.metrics.base import RateMetric, pooled_rate
from asr_harness.schema import CaseResult


def read(result: CaseResult) -> float | None:
    """Give errors over reference words as they stand; None where it was not scored."""
    errors = result.quality.errors
    return None if errors is None or errors.raw_words is None else pooled_rate([errors.raw_words])


METRIC = RateMetric(
    key="wer_raw",
    column="wer_raw",
    title="raw WER",
    meaning="word error rate of lower-cased, otherwise untouched text",
    unit=units.ERROR_RATE,
    rank=92,
    read=read,
    test=None,
    counts=lambda errors: errors.raw_words,
)
