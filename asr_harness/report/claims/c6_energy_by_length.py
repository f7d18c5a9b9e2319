"""C6: the longest bucket against the shortest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.claims.picking import absent_devices, groups, smallest_batch, usual
from asr_harness.report.claims.voting import Answer, ClaimKind, Vote, decide, unless_few, unless_missing

if TYPE_CHECKING:
    import pandas as pd

SLIGHT = 0.5


def check(cases: pd.DataFrame) -> Answer:
    """The longest bucket against the shortest."""
    rows = smallest_batch(cases)
    rows = rows[rows["energy_label"] == "measured"].dropna(subset=["energy_per_audio_s_j"])
    votes = []
    for name, group in groups(rows, ("model", "device")):
        short, long = group.iloc[0], group.iloc[-1]
        if short["bucket"] == long["bucket"]:
            continue
        change = long["energy_per_audio_s_j"] / short["energy_per_audio_s_j"]
        grows = long["energy_per_utterance_j"] > short["energy_per_utterance_j"]
        falls = long["energy_high_j"] < short["energy_low_j"]
        rises = long["energy_low_j"] > short["energy_high_j"]
        value = False if rises or not grows or change < SLIGHT else True if falls else None
        numbers = (
            f"{short['energy_per_audio_s_j']:.3g} J/s at {short['bucket']}, "
            f"{long['energy_per_audio_s_j']:.3g} J/s at {long['bucket']}; utterance "
            f"{short['energy_per_utterance_j']:.3g} to {long['energy_per_utterance_j']:.3g} J"
        )
        votes.append(Vote(name, value, numbers, short["model"]))
    reasons = usual(cases)["energy_reason"].dropna()
    why = f" ({reasons.iloc[0]})" if len(reasons) else ""
    answer = decide(votes, f"missing: measured energy{why}")
    return unless_few(unless_missing(answer, absent_devices(rows) if votes else []))


CLAIM = ClaimKind(
    "C6",
    6,
    "Energy per second of audio falls slightly with length; energy per utterance grows.",
    "For each model and device, by measured (not estimated) joules: the longest bucket's interval lies "
    "below the shortest's, at not less than half of it, and an utterance takes more.",
    check,
    of_study=True,
)
