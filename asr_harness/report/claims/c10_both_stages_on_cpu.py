"""C10: the smaller of the two shares at the longest bucket, and whether it grew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.metrics import units
from asr_harness.report.claims.picking import groups, on_host, smallest_batch
from asr_harness.report.claims.voting import Answer, ClaimKind, Vote, decide, unless_few

if TYPE_CHECKING:
    import pandas as pd

MATTERS = 0.2


def check(cases: pd.DataFrame) -> Answer:
    """The smaller of the two shares at the longest bucket, and whether it grew."""
    rows = on_host(smallest_batch(cases))
    rows = rows[rows["family"] == "whisper"]
    votes = []
    for name, group in groups(rows, ("model", "device")):
        lows, highs = (
            group[[f"encode_share_{end}", f"decode_share_{end}"]].min(axis=1) for end in ("low", "high")
        )
        if len(group) > 1:
            (short_low, long_low), (short_high, long_high) = lows.iloc[[0, -1]], highs.iloc[[0, -1]]
            grew = long_low > max(MATTERS, short_high)
            value = True if grew else False if long_high < max(MATTERS, short_low) else None
            first, last = group["bucket"].iloc[[0, -1]]
            numbers = (
                f"lesser of both {units.percent_range(short_low, short_high, 0)} at {first}, "
                f"{units.percent_range(long_low, long_high, 0)} at {last}"
            )
            votes.append(Vote(name, value, numbers, group["model"].iloc[0]))
    return unless_few(decide(votes, "missing: a Whisper on the processor with two buckets"), kind="Whispers")


CLAIM = ClaimKind(
    "C10",
    10,
    "Whisper on CPU: encoder and decoder both matter, the more so for long audio.",
    "For each model the interval of the lesser of both shares is above a fifth in the longest bucket, "
    "and above that of the shortest (contradicted where below either).",
    check,
    of_study=True,
)
