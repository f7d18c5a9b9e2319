"""Word error rate of lower-cased, otherwise untouched text."""

from asr_harness.metrics import units
from asr_harness.metrics.base import RateMetric, pooled_rate
from asr_harness.schema import CaseResult, ErrorCounts, Errors


def counts(errors: Errors) -> ErrorCounts | None:
    """Give the counts in words as they stand, None where there are no words."""
    return None if errors.by_character else errors.raw_words


def read(result: CaseResult) -> float | None:
    """Give errors over reference words as they stand; None where it was not scored."""
    errors = result.quality.errors
    counted = None if errors is None else counts(errors)
    return None if counted is None else pooled_rate([counted])


METRIC = RateMetric(
    key="wer_raw",
    column="wer_raw",
    title="raw WER",
    meaning="word error rate of lower-cased, otherwise untouched text",
    unit=units.ERROR_RATE,
    rank=92,
    read=read,
    test="rate",
    share="quality",
    tolerance=0.005,
    limit=0.01,
    counts=counts,
    on_demand=True,
)
