"""C7: ranks within each device and bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.claims.picking import groups, smallest_batch
from asr_harness.report.claims.voting import Answer, ClaimKind, Vote, decide, unless_missing
from asr_harness.stats import rank_correlation

if TYPE_CHECKING:
    import pandas as pd

FOLLOWS, DOES_NOT_FOLLOW = 0.9, 0.7
AMONG_LOWEST = 2
MIN_WHISPERS = 3


def check(cases: pd.DataFrame) -> Answer:
    """Ranks within each device and bucket."""
    ranks: list[Vote] = []
    places: list[Vote] = []
    for name, group in groups(smallest_batch(cases).dropna(subset=["flops"]), ("device", "bucket")):
        whispers = group[group["family"] == "whisper"]
        if len(whispers) >= MIN_WHISPERS:
            ranks += _rank(name, whispers)
            places += _place(name, group, whispers)
    needed = {
        f"{MIN_WHISPERS} Whispers with FLOPs in one bucket": ranks,
        "a wav2vec2 with FLOPs beside them": places,
    }
    return unless_missing(
        decide([*ranks, *places], ""), [words for words, votes in needed.items() if not votes]
    )


def _rank(name: str, whispers: pd.DataFrame) -> list[Vote]:
    rho = rank_correlation(list(whispers["flops"]), list(whispers["latency_s"]))
    if rho is None:
        return []
    value = True if rho >= FOLLOWS else False if rho < DOES_NOT_FOLLOW else None
    return [Vote(f"{name}, Whispers", value, f"ρ = {rho:.2f} over {len(whispers)} models")]


def _place(name: str, group: pd.DataFrame, whispers: pd.DataFrame) -> list[Vote]:
    ctc = group[group["family"] == "wav2vec2"]
    if not len(ctc):
        return []
    row = ctc.loc[ctc["flops"] == ctc["flops"].min()].iloc[0]
    n_fewer = int((whispers["flops"] < row["flops"]).sum())
    place = 1 + int((group["latency_s"] < row["latency_s"]).sum())
    numbers = f"{n_fewer} Whispers with fewer FLOPs, latency in place {place} of {len(group)}"
    return [Vote(f"{name}, {row['model']}", n_fewer == 0 and place <= AMONG_LOWEST, numbers)]


CLAIM = ClaimKind(
    "C7",
    7,
    "More FLOPs, more latency; among Whispers latency follows FLOPs; wav2vec2 has the fewest FLOPs and "
    "one of the lowest latencies.",
    "In each device and bucket Spearman's ρ of the Whispers at least 0.9 (contradicted below 0.7); "
    "wav2vec2 has fewer FLOPs than every Whisper and the lowest or second lowest latency.",
    check,
    of_study=True,
)
