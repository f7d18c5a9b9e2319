"""C8: a line through the batch sizes on the GPU, and who met the limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.claims.linearity import almost_linear
from asr_harness.report.claims.picking import BASELINE, groups, on_accelerator, usual
from asr_harness.report.claims.voting import (
    Answer,
    ClaimKind,
    Vote,
    all_parts,
    decide,
    unless_few,
    unless_missing,
)
from asr_harness.stats import fit_line

if TYPE_CHECKING:
    import pandas as pd

LARGEST = ("whisper-medium", "whisper-large-v3-turbo")
OUT_OF_MEMORY = ("oom", "too_big")


def check(cases: pd.DataFrame) -> Answer:
    """A line through the batch sizes on the GPU, and who met the limit."""
    rows = on_accelerator(usual(cases)).dropna(subset=["memory_bytes"])
    votes = []
    for name, group in groups(rows, ("model", "bucket")):
        line = fit_line(list(group["batch_size"]), list(group["memory_bytes"] / 2**20))
        if line is not None:
            numbers = f"R² {line.r_squared:.3f}, {line.slope:.3g} ± {line.slope_half:.2g} MiB per utterance"
            votes.append(Vote(name, almost_linear(line), numbers, group["model"].iloc[0]))
    linear = unless_few(decide(votes, "missing: three batch sizes of one model on a GPU"))
    return all_parts({"linear": linear, "limit": _first_to_the_limit(cases)})


def _first_to_the_limit(cases: pd.DataFrame) -> Answer:
    """Ask only the buckets where one of the largest models was tried, too."""
    tried = on_accelerator(cases[cases["variant"] == BASELINE])
    tried = tried[tried["outcome"].isin(("measured", *OUT_OF_MEMORY))]
    votes = []
    for name, group in groups(tried, ("device", "bucket")):
        lost = group[group["outcome"].isin(OUT_OF_MEMORY)]
        if not len(lost) or not set(LARGEST) & set(group["model"]):
            continue
        least = lost.groupby("model")["batch_size"].min()
        first = sorted(str(model) for model in least[least == least.min()].index)
        numbers = f"first at batch size {least.min():.0f}: {', '.join(first)}"
        votes.append(Vote(f"{name}, limit", set(first) <= set(LARGEST), numbers))
    missing = [model for model in LARGEST if model not in set(tried["model"])] if len(tried) else []
    return unless_missing(decide(votes, "missing: a case on a GPU that ran out of memory"), missing)


CLAIM = ClaimKind(
    "C8",
    8,
    "Memory grows almost linearly with batch size; medium and turbo meet the limit first.",
    "On cuda, for each model and bucket, least squares over batch sizes as for C4; and in each bucket "
    "where one of the two was tried and memory ran out, it did first for medium or large-v3-turbo.",
    check,
    of_study=True,
)
