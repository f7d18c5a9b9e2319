"""C1: the figures, and their order from tiny to large-v3-turbo."""

from __future__ import annotations

from itertools import pairwise
from math import hypot
from typing import TYPE_CHECKING

from asr_harness.metrics import units
from asr_harness.report.claims.picking import no_wer, smallest_batch
from asr_harness.report.claims.signs import sign
from asr_harness.report.claims.voting import Answer, ClaimKind, Vote, all_parts, decide, unless_missing
from asr_harness.report.comparable import comparable_groups

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

Rates = dict[str, tuple[float, float, float]]
"""Each model's WER, its half interval and raw WER."""


def check(cases: pd.DataFrame) -> Answer:
    """The figures, and their order from tiny to large-v3-turbo."""
    rates = mean_rates(cases)
    known = [model for model in PUBLISHED if model in rates]
    if not known:
        return Answer("cannot be told", no_wer(cases) if not rates else "missing: the study's models")
    figures = [_as_published(model, *rates[model]) for model in known]
    whispers = [model for model in BY_SIZE if model in rates]
    order = [_falls(small, large, rates) for small, large in pairwise(whispers)]
    missing = [model for model in PUBLISHED if model not in rates]
    parts = {"figures": decide(figures, ""), "order": decide(order, "no two Whispers to order")}
    return unless_missing(all_parts(parts), missing)


def _as_published(model: str, rate: float, half: float, raw: float) -> Vote:
    off = abs(rate - PUBLISHED[model])
    value = True if off <= TOLERANCE else False if off > half + TOLERANCE else None
    shown = [units.percent(number) for number in (rate, half, raw, PUBLISHED[model])]
    return Vote(model, value, "{} ± {} (raw {}), published {}".format(*shown))


def _falls(small: str, large: str, rates: Rates) -> Vote:
    fall, half = rates[small][0] - rates[large][0], hypot(rates[small][1], rates[large][1])
    numbers = f"falls by {units.percent(fall)} ± {units.percent(half)}"
    return Vote(f"{small} to {large}", sign(fall, half), numbers)


def mean_rates(cases: pd.DataFrame) -> Rates:
    """Give each model's WER, its half interval and raw WER, each the mean over buckets.

    Buckets are cut from the same talks, so that their errors may go together: the half interval is the mean
    of theirs, as if they always did. A model counts on the first device and machine that has it, and of
    several corpora only that which most models heard.
    """
    rates: Rates = {}
    rows = smallest_batch(cases).dropna(subset=["wer"])
    corpora = [group for _, group in rows.groupby(["data", "weights"], sort=False, dropna=False)]
    heard = max(corpora, key=lambda group: group["model"].nunique(), default=rows)
    for model, of_model in heard.groupby("model", sort=False):
        _, _, first = next(comparable_groups(of_model, ["device"]))
        half = float(((first["wer_high"] - first["wer_low"]) / 2).mean())
        rates[str(model)] = (float(first["wer"].mean()), half, float(first["wer_raw"].mean()))
    return rates


CLAIM = ClaimKind(
    "C1",
    1,
    "Mean WER: large-v3-turbo 11.9 %, small and medium 14.8 %, base 18 %, tiny 22 %, wav2vec2-base-960h "
    "22.6 %; quality rises monotonically from tiny to large-v3-turbo.",
    "On the corpus that most models heard, each model's mean over buckets within 0.5 points of the "
    "figure (contradicted where further off than its 95 % interval over talks allows); each larger "
    "Whisper below the next smaller by more than the interval of their difference.",
    check,
    of_study=True,
)
