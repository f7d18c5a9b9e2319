"""Claims C1 to C3: error rates."""

from __future__ import annotations

from itertools import pairwise
from math import hypot
from typing import TYPE_CHECKING

from asr_harness.metrics import units
from asr_harness.report.alike import alike
from asr_harness.report.claims.picking import (
    absent_devices,
    groups,
    no_wer,
    on_both_devices,
    smallest_batch,
    usual,
)
from asr_harness.report.claims.voting import (
    Answer,
    Claim,
    Vote,
    all_parts,
    decide,
    unless_few,
    unless_missing,
)

if TYPE_CHECKING:
    import pandas as pd

PUBLISHED = {
    "whisper-tiny": 0.22,
    "whisper-base": 0.18,
    "whisper-small": 0.148,
    "whisper-medium": 0.148,
    "whisper-large-v3-turbo": 0.119,
    "wav2vec2-base-960h": 0.226,
}
BY_SIZE = tuple(name for name in PUBLISHED if name.startswith("whisper"))
TOLERANCE = 0.005
SLIGHT = 0.05


def mean_rates(cells: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    """Give each model's WER, its half interval and raw WER, each the mean over buckets.

    Buckets are cut from the same talks, so that their errors may go together: the half interval is the mean
    of theirs, as if they always did. A model counts on the first device and machine that has it, and of
    several corpora only that which most models heard.
    """
    found = {}
    rows = smallest_batch(cells).dropna(subset=["wer"])
    corpora = [group for _, group in rows.groupby(["data", "weights"], sort=False, dropna=False)]
    heard = max(corpora, key=lambda group: group["model"].nunique(), default=rows)
    for model, mine in heard.groupby("model", sort=False):
        _, _, first = next(alike(mine, ["device"]))
        half = float(((first["wer_high"] - first["wer_low"]) / 2).mean())
        found[str(model)] = (float(first["wer"].mean()), half, float(first["wer_raw"].mean()))
    return found


def figures_as_published(cells: pd.DataFrame) -> Answer:
    """C1: the figures, and their order from tiny to large-v3-turbo."""
    rates = mean_rates(cells)
    known = [model for model in PUBLISHED if model in rates]
    if not known:
        return Answer("cannot be told", no_wer(cells) if not rates else "missing: the study's models")
    figures = []
    for model in known:
        rate, half, raw = rates[model]
        off = abs(rate - PUBLISHED[model])
        value = True if off <= TOLERANCE else False if off > half + TOLERANCE else None
        shown = [units.percent(value) for value in (rate, half, raw, PUBLISHED[model])]
        said = "{} ± {} (raw {}), published {}".format(*shown)
        figures.append(Vote(model, value, said))
    whispers = [model for model in BY_SIZE if model in rates]
    order = []
    for small, large in pairwise(whispers):
        fall, half = rates[small][0] - rates[large][0], hypot(rates[small][1], rates[large][1])
        order.append(
            Vote(
                f"{small} to {large}",
                sign(fall, half),
                f"falls by {units.percent(fall)} ± {units.percent(half)}",
            )
        )
    missing = [model for model in PUBLISHED if model not in rates]
    together = all_parts({"figures": decide(figures, ""), "order": decide(order, "no two Whispers to order")})
    return unless_missing(together, missing)


def falls_with_length(cells: pd.DataFrame) -> Answer:
    """C2: the longest bucket against the shortest."""
    votes = []
    for name, group in groups(smallest_batch(cells).dropna(subset=["wer"]), ("model", "device")):
        short, long = group.iloc[0], group.iloc[-1]
        if short["bucket"] == long["bucket"]:
            continue
        fall = short["wer"] - long["wer"]
        half = hypot(*((row["wer_high"] - row["wer_low"]) / 2 for row in (short, long)))
        value = False if fall - half > SLIGHT else sign(fall, half)
        ends = [f"{units.percent(row['wer'])} at {row['bucket']}" for row in (short, long)]
        said = f"{', '.join(ends)}, ± {units.percent(half)}"
        votes.append(Vote(name, value, said, short["model"]))
    return unless_few(decide(votes, no_wer(cells)))


def device_leaves_wer(cells: pd.DataFrame) -> Answer:
    """C3: the same cell on both devices."""
    votes, with_energy = [], []
    for _, pair in on_both_devices(usual(cells).dropna(subset=["wer"])).iterrows():
        change = pair["wer_gpu"] - pair["wer_cpu"]
        joules = all(pair[f"energy_label_{device}"] == "measured" for device in ("cpu", "gpu"))
        with_energy.append(joules)
        apart = _apart(pair, "latency_low_s", "latency_high_s")
        apart = apart and (not joules or _apart(pair, "energy_low_j", "energy_high_j"))
        value = False if abs(change) > TOLERANCE else True if apart else None
        speed_up = pair["latency_s_cpu"] / pair["latency_s_gpu"]
        name = f"{pair['model']} {pair['bucket']} b{pair['batch_size']}"
        said = f"ΔWER {100 * change:+.2f} points, {speed_up:.3g}× as fast"
        votes.append(Vote(name, value, said, pair["model"]))
    missing = absent_devices(usual(cells))
    answer = decide(votes, f"missing: {', '.join(missing)}" if missing else f"{no_wer(cells)} on one slice")
    no_energy = [] if any(with_energy) or not votes else ["measured energy on both devices"]
    return unless_few(unless_missing(answer, no_energy))


def _apart(pair: pd.Series, low: str, high: str) -> bool:
    return bool(pair[f"{low}_cpu"] > pair[f"{high}_gpu"] or pair[f"{high}_cpu"] < pair[f"{low}_gpu"])


def sign(value: float, half: float) -> bool | None:
    """Tell whether a value is above 0 (True) or below (False) by more than its half interval."""
    if value - half > 0:
        return True
    return False if value + half < 0 else None


CLAIMS = (
    Claim(
        "C1",
        "Mean WER: large-v3-turbo 11.9 %, small and medium 14.8 %, base 18 %, tiny 22 %, wav2vec2-base-960h "
        "22.6 %; quality rises monotonically from tiny to large-v3-turbo.",
        "On the corpus that most models heard, each model's mean over buckets within 0.5 points of the "
        "figure (contradicted where further off than its 95 % interval over talks allows); each larger "
        "Whisper below the next smaller by more than the interval of their difference.",
        figures_as_published,
    ),
    Claim(
        "C2",
        "WER falls slightly as utterances get longer.",
        "For each model and device the longest bucket's WER is below the shortest's by more than the 95 % "
        "interval of the difference over talks, and by no more than 5 points.",
        falls_with_length,
    ),
    Claim(
        "C3",
        "The device changes time and energy, not WER.",
        "For each cell on both devices WER within 0.5 points, and intervals of latency, and of energy where "
        "both have measured it, that do not overlap.",
        device_leaves_wer,
    ),
)
