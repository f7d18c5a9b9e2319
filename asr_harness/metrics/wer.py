"""Word error rate, after the corpus' text normaliser."""

from asr_harness.metrics import units
from asr_harness.metrics.base import RateMetric, pooled_rate
from asr_harness.schema import CaseResult


def read(result: CaseResult) -> float | None:
    """Give errors over reference words, pooled over utterances; None where it was not scored."""
    return None if result.quality.errors is None else pooled_rate([result.quality.errors.words])


METRIC = RateMetric(
    key="wer",
    column="wer",
    title="WER",
    meaning="word error rate, pooled, after Whisper's normaliser",
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
    counts=lambda errors: errors.words,
)
