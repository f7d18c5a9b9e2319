"""C2: the longest bucket against the shortest."""

from __future__ import annotations

from math import hypot
from typing import TYPE_CHECKING

from asr_harness.metrics import units
from asr_harness.report.claims.picking import groups, no_wer, smallest_batch
from asr_harness.report.claims.signs import sign
from asr_harness.report.claims.voting import Answer, ClaimKind, Vote, decide, unless_few

if TYPE_CHECKING:
    import pandas as pd

SLIGHT = 0.05


def check(cases: pd.DataFrame) -> Answer:
    """The longest bucket against the shortest."""
    votes = []
    for name, group in groups(smallest_batch(cases).dropna(subset=["wer"]), ("model", "device")):
        short, long = group.iloc[0], group.iloc[-1]
        if short["bucket"] == long["bucket"]:
            continue
        fall = short["wer"] - long["wer"]
        half = hypot(*((row["wer_high"] - row["wer_low"]) / 2 for row in (short, long)))
        value = False if fall - half > SLIGHT else sign(fall, half)
        ends = [f"{units.percent(row['wer'])} at {row['bucket']}" for row in (short, long)]
        numbers = f"{', '.join(ends)}, ± {units.percent(half)}"
        votes.append(Vote(name, value, numbers, short["model"]))
    return unless_few(decide(votes, no_wer(cases)))


CLAIM = ClaimKind(
    "C2",
    2,
    "WER falls slightly as utterances get longer.",
    "For each model and device the longest bucket's WER is below the shortest's by more than the 95 % "
    "interval of the difference over talks, and by no more than 5 points.",
    check,
    of_study=True,
)
