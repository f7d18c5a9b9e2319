"""Floating-point operations of an utterance."""

from asr_harness.metrics import units
from asr_harness.metrics.base import Metric
from asr_harness.schema import CaseResult


def read(result: CaseResult) -> float | None:
    """Give those of encode and decode, a multiply-add as two; None where they were not counted."""
    flops = result.work.flops
    return None if flops is None else sum(flops.values()) / result.n_utterances


METRIC = Metric(
    key="flops",
    column="flops",
    title="FLOPs",
    meaning="floating-point operations of an utterance, encode and decode",
    unit=units.FLOPS,
    rank=100,
    read=read,
    test="count",
    gated=True,
    tolerance=0.0,
)
