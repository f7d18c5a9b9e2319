"""C5: the same cases on both devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.claims.picking import absent_devices, on_both_devices, smallest_batch
from asr_harness.report.claims.voting import Answer, ClaimKind, Vote, decide, unless_missing

if TYPE_CHECKING:
    import pandas as pd

SPEED_UPS = {"whisper-tiny": 1.8, "whisper-large-v3-turbo": 9.0}
SPEED_UP_TOLERANCE = 0.25


def check(cases: pd.DataFrame) -> Answer:
    """The same cases on both devices."""
    rows = smallest_batch(cases)
    pairs = on_both_devices(rows)
    votes = []
    for model, published in SPEED_UPS.items():
        processors = ["environment_cpu", "environment_gpu"]
        for _, same in pairs[pairs["model"] == model].groupby(processors, sort=False, dropna=False):
            speed_ups = same["latency_s_cpu"] / same["latency_s_gpu"]
            value = abs(speed_ups.median() / published - 1) <= SPEED_UP_TOLERANCE
            span = f"{speed_ups.min():.3g} to {speed_ups.max():.3g} over buckets"
            votes.append(Vote(model, bool(value), f"{speed_ups.median():.3g}× ({span}), said {published}×"))
    alone = [f"a slice of {model} on both devices" for model in SPEED_UPS if model not in set(pairs["model"])]
    missing = absent_devices(rows) or alone
    return unless_missing(decide(votes, "nothing on both devices"), missing)


CLAIM = ClaimKind(
    "C5",
    5,
    "GPU speed-up over CPU runs from 1.8× (tiny) to 9× (large-v3-turbo).",
    "The median speed-up over buckets within a quarter of each figure; a matter of the two processors.",
    check,
    of_study=True,
)
