"""Claims C4, C5, C7 and C12: time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.claims.picking import absent_devices, groups, on_both_devices, smallest_batch
from asr_harness.report.claims.voting import Answer, Claim, Result, Vote, decide, unless_few, unless_missing
from asr_harness.stats import FittedLine, fit_line, rank_correlation

if TYPE_CHECKING:
    import pandas as pd

LINEAR, NOT_LINEAR = 0.98, 0.90
SPEED_UPS = {"whisper-tiny": 1.8, "whisper-large-v3-turbo": 9.0}
SPEED_UP_TOLERANCE = 0.25
FOLLOWS, DOES_NOT_FOLLOW = 0.9, 0.7
AMONG_LOWEST = 2
MIN_WHISPERS = 3
MUCH_LESS = 0.1
MIN_FOR_MOST = 3


def almost_linear(line: FittedLine) -> bool | None:
    """Judge a fit: R² of at least 0.98 and a slope above 0 by its interval; below 0.90 it is not."""
    if line.r_squared < NOT_LINEAR or line.slope_high < 0:
        return False
    return True if line.r_squared >= LINEAR and line.slope_low > 0 else None


def grows_linearly(cells: pd.DataFrame) -> Answer:
    """C4: a line through the buckets of each model and device."""
    rows = smallest_batch(cells)
    votes = []
    for name, group in groups(rows, ("model", "device")):
        line = fit_line(list(group["audio_s"]), list(group["latency_s"]))
        if line is not None:
            said = f"R² {line.r_squared:.3f}, {line.slope:.3g} ± {line.slope_half:.2g} s per s of audio"
            votes.append(Vote(name, almost_linear(line), said, group["model"].iloc[0]))
    answer = decide(votes, "missing: three buckets of one model")
    return unless_few(unless_missing(answer, absent_devices(rows)))


def gpu_speed_up(cells: pd.DataFrame) -> Answer:
    """C5: the same cells on both devices."""
    rows = smallest_batch(cells)
    pairs = on_both_devices(rows)
    votes = []
    for model, published in SPEED_UPS.items():
        processors = ["environment_cpu", "environment_gpu"]
        for _, mine in pairs[pairs["model"] == model].groupby(processors, sort=False, dropna=False):
            found = mine["latency_s_cpu"] / mine["latency_s_gpu"]
            value = abs(found.median() / published - 1) <= SPEED_UP_TOLERANCE
            span = f"{found.min():.3g} to {found.max():.3g} over buckets"
            votes.append(Vote(model, bool(value), f"{found.median():.3g}× ({span}), said {published}×"))
    alone = [f"a slice of {model} on both devices" for model in SPEED_UPS if model not in set(pairs["model"])]
    missing = absent_devices(rows) or alone
    return unless_missing(decide(votes, "nothing on both devices"), missing)


def follows_flops(cells: pd.DataFrame) -> Answer:
    """C7: ranks within each device and bucket."""
    ranks: list[Vote] = []
    places: list[Vote] = []
    for name, group in groups(smallest_batch(cells).dropna(subset=["flops"]), ("device", "bucket")):
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
    said = f"{n_fewer} Whispers with fewer FLOPs, latency in place {place} of {len(group)}"
    return [Vote(f"{name}, {row['model']}", n_fewer == 0 and place <= AMONG_LOWEST, said)]


def gpu_is_fast(cells: pd.DataFrame) -> Answer:
    """C12: the interval of each model's RTF on the GPU."""
    rows = smallest_batch(cells)
    rows = rows[rows["device"] == "cuda"]
    votes = []
    for name, group in groups(rows, ("model", "device")):
        is_fast, is_slow = (group["rtf_high"] < MUCH_LESS).all(), (group["rtf_low"] >= MUCH_LESS).any()
        value = True if is_fast else False if is_slow else None
        span = f"RTF {group['rtf'].min():.3g} to {group['rtf'].max():.3g}"
        votes.append(Vote(name, value, span, group["model"].iloc[0]))
    if not votes:
        return Answer("cannot be told", "missing: cells on cuda")
    n, n_fast = len(votes), sum(vote.value is True for vote in votes)
    n_slow = sum(vote.value is False for vote in votes)
    result: Result = "holds" if 2 * n_fast > n else "does not hold" if 2 * n_slow >= n else "cannot be told"
    said = f"{n_fast} of {n} models below {MUCH_LESS} in every bucket, {n_slow} above it in some"
    return unless_few(Answer(result, said, tuple(votes)), MIN_FOR_MOST)


CLAIMS = (
    Claim(
        "C4",
        "Latency grows almost linearly with audio length on both devices.",
        "Least squares through the buckets of each model and device: R² at least 0.98 with a slope whose "
        "95 % interval is above 0; contradicted below 0.90.",
        grows_linearly,
    ),
    Claim(
        "C5",
        "GPU speed-up over CPU runs from 1.8× (tiny) to 9× (large-v3-turbo).",
        "The median speed-up over buckets within a quarter of each figure; a matter of the two processors.",
        gpu_speed_up,
    ),
    Claim(
        "C7",
        "More FLOPs, more latency; among Whispers latency follows FLOPs; wav2vec2 has the fewest FLOPs and "
        "one of the lowest latencies.",
        "In each device and bucket Spearman's ρ of the Whispers at least 0.9 (contradicted below 0.7); "
        "wav2vec2 has fewer FLOPs than every Whisper and the lowest or second lowest latency.",
        follows_flops,
    ),
    Claim(
        "C12",
        "On GPU most models have RTF ≪ 1.",
        "For more than half of the models the RTF's interval is below 0.1 in every bucket (contradicted if "
        "it is above in some for half of them or more).",
        gpu_is_fast,
    ),
)
