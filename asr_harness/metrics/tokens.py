"""Tokens decoded in a round."""

from asr_harness.metrics import units
from asr_harness.metrics.base import Metric
from asr_harness.schema import CaseResult


def read(result: CaseResult) -> float | None:
    """Give the tokens of all utterances, end tokens left out; None where they are not counted."""
    return result.work.n_tokens


METRIC = Metric(
    key="tokens",
    column="n_tokens",
    title="tokens",
    meaning="tokens decoded in a round",
    unit=units.COUNT,
    rank=101,
    read=read,
    test="count",
    tolerance=0.0,
)
