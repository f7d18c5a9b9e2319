"""Time per output token: what a decoder step costs, whatever number of words is decoded."""

from statistics import median

from asr_harness.metrics import units
from asr_harness.metrics.base import Metric
from asr_harness.schema import CaseResult


def read(result: CaseResult) -> float | None:
    """Give the median seconds of decoding over the tokens decoded; None where they are not counted, or none
    is.
    """
    n_tokens = result.work.n_tokens
    return (
        median(result.speed.stage_s["decode"]) / n_tokens if n_tokens and not result.speed.one_stage else None
    )


METRIC = Metric(
    key="time_per_token",
    column="time_per_token_s",
    title="per token",
    meaning="seconds of decoding for each token",
    unit=units.SECONDS,
    rank=60,
    read=read,
    is_time=True,
)
