"""C4: a line through the buckets of each model and device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.claims.linearity import almost_linear
from asr_harness.report.claims.picking import absent_devices, groups, smallest_batch
from asr_harness.report.claims.voting import Answer, ClaimKind, Vote, decide, unless_few, unless_missing
from asr_harness.stats import fit_line

if TYPE_CHECKING:
    import pandas as pd


def check(cases: pd.DataFrame) -> Answer:
    """A line through the buckets of each model and device."""
    rows = smallest_batch(cases)
    votes = []
    for name, group in groups(rows, ("model", "device")):
        line = fit_line(list(group["audio_s"]), list(group["latency_s"]))
        if line is not None:
            numbers = f"R² {line.r_squared:.3f}, {line.slope:.3g} ± {line.slope_half:.2g} s per s of audio"
            votes.append(Vote(name, almost_linear(line), numbers, group["model"].iloc[0]))
    answer = decide(votes, "missing: three buckets of one model")
    return unless_few(unless_missing(answer, absent_devices(rows)))


CLAIM = ClaimKind(
    "C4",
    4,
    "Latency grows almost linearly with audio length on both devices.",
    "Least squares through the buckets of each model and device: R² at least 0.98 with a slope whose "
    "95 % interval is above 0; contradicted below 0.90.",
    check,
    of_study=True,
)
