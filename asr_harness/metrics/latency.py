"""Latency: what an utterance costs in time."""

from statistics import median

from asr_harness.metrics import units
from asr_harness.metrics.base import Metric
from asr_harness.schema import CaseResult


def read(result: CaseResult) -> float:
    """Give the median round over the utterances in it; in batches how long one waits is the request's
    latency.
    """
    return median(result.speed.rounds_s) / result.n_utterances


METRIC = Metric(
    key="latency",
    column="latency_s",
    title="latency",
    meaning="seconds of an utterance: median round over the utterances in it",
    unit=units.SECONDS,
    rank=10,
    read=read,
    share="headline",
    in_session=True,
    gated=True,
    is_time=True,
    rounds=lambda result: result.speed.rounds_s,
)
