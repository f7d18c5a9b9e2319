"""Words heard where nothing was spoken: in silence or noise alone, every one of them is made up."""

from asr_harness.metrics import units
from asr_harness.metrics.base import Metric
from asr_harness.schema import CaseResult


def read(result: CaseResult) -> float | None:
    """Count the words heard of utterances without a reference word; None where all have words."""
    errors = result.quality.errors
    if errors is None:
        return None
    words = errors.words
    made_up = [
        n_heard for n_heard, n_due in zip(words.insertions, words.n_reference, strict=True) if not n_due
    ]
    return sum(made_up) if made_up else None


METRIC = Metric(
    key="words_on_silence",
    column="n_words_on_silence",
    title="made up",
    meaning="words heard of utterances in which nothing was spoken",
    unit=units.COUNT,
    rank=94,
    read=read,
    test="count",
    tolerance=0.0,
)
