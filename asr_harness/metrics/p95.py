"""The 95th percentile of what a request waits."""

from itertools import chain
from statistics import quantiles

from asr_harness.metrics import units
from asr_harness.metrics.base import Metric
from asr_harness.schema import CaseResult


def read(result: CaseResult) -> float | None:
    """Give the percentile over all batches of all rounds; None for a single one."""
    requests_s = list(chain.from_iterable(result.speed.batch_latency_s))
    return quantiles(requests_s, n=20, method="inclusive")[-1] if len(requests_s) > 1 else None


METRIC = Metric(
    key="p95",
    column="request_p95_s",
    title="p95",
    meaning="95th percentile of what a whole batch waits, over all batches of all rounds",
    unit=units.SECONDS,
    rank=40,
    read=read,
    is_time=True,
)
