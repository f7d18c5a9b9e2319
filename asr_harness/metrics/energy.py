"""Gross joules of an utterance."""

from asr_harness.metrics import units
from asr_harness.metrics.base import Metric
from asr_harness.schema import CaseResult


def read(result: CaseResult) -> float | None:
    """Give the joules of the device; None where they were not measured. Estimates are shown, not judged."""
    gross_j = result.energy.whole.gross_j
    return None if gross_j is None else gross_j / result.n_utterances


METRIC = Metric(
    key="energy",
    column="energy_per_utterance_j",
    title="J/utt",
    meaning="gross joules of an utterance",
    unit=units.JOULES,
    rank=70,
    read=read,
    share="headline",
    in_session=True,
    gated=True,
    may_judge=lambda result: result.energy.whole.label == "measured",
)
