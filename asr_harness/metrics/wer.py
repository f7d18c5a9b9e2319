"""Word error rate, after the normaliser of the language; None where it is written without spaces."""

from asr_harness.metrics import units
from asr_harness.metrics.base import RateMetric, pooled_rate
from asr_harness.schema import CaseResult, ErrorCounts, Errors


def counts(errors: Errors) -> ErrorCounts | None:
    """Give the counts in words, None where every character stands for one."""
    return None if errors.by_character else errors.words


def read(result: CaseResult) -> float | None:
    """Give errors over reference words, pooled over utterances; None where it was not scored."""
    counted = None if result.quality.errors is None else counts(result.quality.errors)
    return None if counted is None else pooled_rate([counted])


METRIC = RateMetric(
    key="wer",
    column="wer",
    title="WER",
    meaning="word error rate, pooled, after the language's normaliser",
    unit=units.ERROR_RATE,
    rank=90,
    read=read,
    test="rate",
    share="quality",
    in_session=True,
    gated=True,
    alternative="cer",
    tolerance=0.005,
    limit=0.01,
    counts=counts,
)
