"""C12: the interval of each model's RTF on the GPU."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.claims.picking import groups, on_accelerator, smallest_batch
from asr_harness.report.claims.voting import Answer, ClaimKind, Result, Vote, unless_few

if TYPE_CHECKING:
    import pandas as pd

MUCH_LESS = 0.1
MIN_FOR_MOST = 3


def check(cases: pd.DataFrame) -> Answer:
    """The interval of each model's RTF on the GPU."""
    rows = on_accelerator(smallest_batch(cases))
    votes = []
    for name, group in groups(rows, ("model", "device")):
        is_fast, is_slow = (group["rtf_high"] < MUCH_LESS).all(), (group["rtf_low"] >= MUCH_LESS).any()
        value = True if is_fast else False if is_slow else None
        span = f"RTF {group['rtf'].min():.3g} to {group['rtf'].max():.3g}"
        votes.append(Vote(name, value, span, group["model"].iloc[0]))
    if not votes:
        return Answer("cannot be told", "missing: cases on a GPU")
    n, n_fast = len(votes), sum(vote.value is True for vote in votes)
    n_slow = sum(vote.value is False for vote in votes)
    result: Result = "holds" if 2 * n_fast > n else "does not hold" if 2 * n_slow >= n else "cannot be told"
    numbers = f"{n_fast} of {n} models below {MUCH_LESS} in every bucket, {n_slow} above it in some"
    return unless_few(Answer(result, numbers, tuple(votes)), MIN_FOR_MOST)


CLAIM = ClaimKind(
    "C12",
    12,
    "On GPU most models have RTF ≪ 1.",
    "For more than half of the models the RTF's interval is below 0.1 in every bucket (contradicted if "
    "it is above in some for half of them or more).",
    check,
    of_study=True,
)
