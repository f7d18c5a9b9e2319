"""Character error rate, after the normaliser of the language."""

from asr_harness.metrics import units
from asr_harness.metrics.base import RateMetric, pooled_rate
from asr_harness.schema import CaseResult


def read(result: CaseResult) -> float | None:
    """Give errors over reference characters, pooled over utterances; None where it was not scored."""
    return None if result.quality.errors is None else pooled_rate([result.quality.errors.characters])


METRIC = RateMetric(
    key="cer",
    column="cer",
    title="CER",
    meaning="character error rate after the normaliser",
    unit=units.ERROR_RATE,
    rank=91,
    read=read,
    test="rate",
    share="quality",
    alternative="wer",
    tolerance=0.005,
    limit=0.01,
    counts=lambda errors: errors.characters,
)
