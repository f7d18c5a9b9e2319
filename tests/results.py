"""Results made by hand."""

from asr_harness.schema import CaseResult, Speed
from asr_harness.schema.journal import JournalEntry

SPEED = Speed(
    batch_latency_s=((0.1,), (0.2,)),
    stage_s={"preprocess": (0.01, 0.02), "encode": (0.05, 0.1), "decode": (0.04, 0.08)},
    calibration_s=(0.001, 0.001),
)


def measured_entry(test_id: str) -> JournalEntry:
    """A case of one utterance of 5 s that took 0.1 s and 0.2 s."""
    return JournalEntry(test_id, "measured", None, (0.1, 0.2), CaseResult("custom", 1, 5.0, SPEED))
