"""Word error rate of the worst utterance: a loop of 200 words hides in a mean, and not here."""

from asr_harness.metrics import units
from asr_harness.metrics.base import Metric
from asr_harness.metrics.wer import counts
from asr_harness.schema import CaseResult


def read(result: CaseResult) -> float | None:
    """Give the highest errors over reference words of one utterance; None where none has a reference."""
    counted = None if result.quality.errors is None else counts(result.quality.errors)
    if counted is None:
        return None
    rates = [errors / n for errors, n in zip(counted.n_errors, counted.n_reference, strict=True) if n]
    return max(rates, default=None)


METRIC = Metric(
    key="worst_utterance",
    column="worst_utterance_wer",
    title="worst WER",
    meaning="word error rate of the worst utterance",
    unit=units.ERROR_RATE,
    rank=95,
    read=read,
    test="count",
    tolerance=0.0,
)
