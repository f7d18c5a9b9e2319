"""C9: the encoder's share of wav2vec2, over buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.metrics import units
from asr_harness.report.claims.dominance import dominates
from asr_harness.report.claims.picking import smallest_batch
from asr_harness.report.claims.voting import Answer, ClaimKind, decide

if TYPE_CHECKING:
    import pandas as pd

NEARLY_ALL = 0.95


def check(cases: pd.DataFrame) -> Answer:
    """The encoder's share of wav2vec2, over buckets."""
    rows = smallest_batch(cases)
    rows = rows[rows["family"] == "wav2vec2"]
    answer = decide(dominates(rows, "encode"), "missing: a wav2vec2")
    if not answer.votes:
        return answer
    low, high = rows["encode_share_low"].max(), rows["encode_share_high"].max()
    detail = f"{answer.detail}; at most {units.percent_range(low, high)}"
    result = answer.result
    if result == "holds" and low < NEARLY_ALL:
        result = "does not hold" if high < NEARLY_ALL else "cannot be told"
    return Answer(result, detail, answer.votes)


CLAIM = ClaimKind(
    "C9",
    9,
    "wav2vec2's bottleneck is the encoder (up to 99 % of time).",
    "For each device the interval of the encoder's share above half in every bucket (contradicted if "
    "below in all), and above 95 % somewhere.",
    check,
    of_study=True,
)
