"""C11: the decoder's share of the Whispers on the GPU."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.claims.dominance import dominates
from asr_harness.report.claims.picking import on_accelerator, smallest_batch
from asr_harness.report.claims.voting import Answer, ClaimKind, decide, unless_few

if TYPE_CHECKING:
    import pandas as pd


def check(cases: pd.DataFrame) -> Answer:
    """The decoder's share of the Whispers on the GPU."""
    rows = on_accelerator(smallest_batch(cases))
    rows = rows[rows["family"] == "whisper"]
    return unless_few(decide(dominates(rows, "decode"), "missing: a Whisper on a GPU"), kind="Whispers")


CLAIM = ClaimKind(
    "C11",
    11,
    "Whisper on GPU: most time goes to the autoregressive decoder.",
    "For each model the interval of the decoder's share above half in every bucket (contradicted if "
    "below in all).",
    check,
    of_study=True,
)
