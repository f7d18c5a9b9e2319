"""C3: the same case on both devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.claims.picking import absent_devices, no_wer, on_both_devices, usual
from asr_harness.report.claims.voting import Answer, ClaimKind, Vote, decide, unless_few, unless_missing

if TYPE_CHECKING:
    import pandas as pd

TOLERANCE = 0.005


def check(cases: pd.DataFrame) -> Answer:
    """The same case on both devices."""
    votes, with_energy = [], []
    for _, pair in on_both_devices(usual(cases).dropna(subset=["wer"])).iterrows():
        change = pair["wer_gpu"] - pair["wer_cpu"]
        joules = all(pair[f"energy_label_{device}"] == "measured" for device in ("cpu", "gpu"))
        with_energy.append(joules)
        apart = _apart(pair, "latency_low_s", "latency_high_s")
        apart = apart and (not joules or _apart(pair, "energy_low_j", "energy_high_j"))
        value = False if abs(change) > TOLERANCE else True if apart else None
        speed_up = pair["latency_s_cpu"] / pair["latency_s_gpu"]
        name = f"{pair['model']} {pair['bucket']} b{pair['batch_size']}"
        numbers = f"ΔWER {100 * change:+.2f} points, {speed_up:.3g}× as fast"
        votes.append(Vote(name, value, numbers, pair["model"]))
    missing = absent_devices(usual(cases))
    answer = decide(votes, f"missing: {', '.join(missing)}" if missing else f"{no_wer(cases)} on one slice")
    no_energy = [] if any(with_energy) or not votes else ["measured energy on both devices"]
    return unless_few(unless_missing(answer, no_energy))


def _apart(pair: pd.Series, low: str, high: str) -> bool:
    return bool(pair[f"{low}_cpu"] > pair[f"{high}_gpu"] or pair[f"{high}_cpu"] < pair[f"{low}_gpu"])


CLAIM = ClaimKind(
    "C3",
    3,
    "The device changes time and energy, not WER.",
    "For each case on both devices WER within 0.5 points, and intervals of latency, and of energy where "
    "both have measured it, that do not overlap.",
    check,
    of_study=True,
)
