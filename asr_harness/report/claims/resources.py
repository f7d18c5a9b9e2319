"""Claims C6 and C8: energy and memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.claims.picking import BASELINE, absent_devices, groups, smallest_batch, usual
from asr_harness.report.claims.speed import almost_linear
from asr_harness.report.claims.voting import (
    Answer,
    Claim,
    Vote,
    all_parts,
    decide,
    unless_few,
    unless_missing,
)
from asr_harness.stats import fit_line

if TYPE_CHECKING:
    import pandas as pd

SLIGHT = 0.5
LARGEST = ("whisper-medium", "whisper-large-v3-turbo")
OUT_OF_MEMORY = ("oom", "too_big")


def energy_by_length(cells: pd.DataFrame) -> Answer:
    """C6: the longest bucket against the shortest."""
    rows = smallest_batch(cells)
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
        said = (
            f"{short['energy_per_audio_s_j']:.3g} J/s at {short['bucket']}, "
            f"{long['energy_per_audio_s_j']:.3g} J/s at {long['bucket']}; utterance "
            f"{short['energy_per_utterance_j']:.3g} to {long['energy_per_utterance_j']:.3g} J"
        )
        votes.append(Vote(name, value, said, short["model"]))
    reasons = usual(cells)["energy_reason"].dropna()
    why = f" ({reasons.iloc[0]})" if len(reasons) else ""
    answer = decide(votes, f"missing: measured energy{why}")
    return unless_few(unless_missing(answer, absent_devices(rows) if votes else []))


def memory_by_batch(cells: pd.DataFrame) -> Answer:
    """C8: a line through the batch sizes on the GPU, and who met the limit."""
    rows = usual(cells)
    rows = rows[rows["device"] == "cuda"].dropna(subset=["memory_bytes"])
    votes = []
    for name, group in groups(rows, ("model", "bucket")):
        line = fit_line(list(group["batch_size"]), list(group["memory_bytes"] / 2**20))
        if line is not None:
            said = f"R² {line.r_squared:.3f}, {line.slope:.3g} ± {line.slope_half:.2g} MiB per utterance"
            votes.append(Vote(name, almost_linear(line), said, group["model"].iloc[0]))
    linear = unless_few(decide(votes, "missing: three batch sizes of one model on cuda"))
    return all_parts({"linear": linear, "limit": _first_to_the_limit(cells)})


def _first_to_the_limit(cells: pd.DataFrame) -> Answer:
    """Ask only the buckets where one of the largest models was tried, too."""
    tried = cells[(cells["device"] == "cuda") & (cells["variant"] == BASELINE)]
    tried = tried[tried["outcome"].isin(("measured", *OUT_OF_MEMORY))]
    votes = []
    for name, group in groups(tried, ("device", "bucket")):
        lost = group[group["outcome"].isin(OUT_OF_MEMORY)]
        if not len(lost) or not set(LARGEST) & set(group["model"]):
            continue
        least = lost.groupby("model")["batch_size"].min()
        first = sorted(str(model) for model in least[least == least.min()].index)
        said = f"first at batch size {least.min():.0f}: {', '.join(first)}"
        votes.append(Vote(f"{name}, limit", set(first) <= set(LARGEST), said))
    missing = [model for model in LARGEST if model not in set(tried["model"])] if len(tried) else []
    return unless_missing(decide(votes, "missing: a case on cuda that ran out of memory"), missing)


CLAIMS = (
    Claim(
        "C6",
        "Energy per second of audio falls slightly with length; energy per utterance grows.",
        "For each model and device, by measured (not estimated) joules: the longest bucket's interval lies "
        "below the shortest's, at not less than half of it, and an utterance takes more.",
        energy_by_length,
    ),
    Claim(
        "C8",
        "Memory grows almost linearly with batch size; medium and turbo meet the limit first.",
        "On cuda, for each model and bucket, least squares over batch sizes as for C4; and in each bucket "
        "where one of the two was tried and memory ran out, it did first for medium or large-v3-turbo.",
        memory_by_batch,
    ),
)
