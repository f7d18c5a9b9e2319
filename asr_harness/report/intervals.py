"""The intervals of a case's values: between its runs, or of a single run what can be said of it."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from asr_harness.schema import STAGES
from asr_harness.stats import geometric_mean_interval, share_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.report.table.column import Row

BETWEEN_RUNS = "95 % between {n} runs"
OVER_ROUNDS = "5–95 % of the rounds of one run"
COVERAGE = 2.0
ENDS = ("rtf_low", "rtf_high", "energy_low_j", "energy_high_j", "memory_low_bytes", "memory_high_bytes")
"""Ends of intervals that the table has no columns of."""
NAN = float("nan")


def pooled_ends(rows: Sequence[Row], case: Row) -> Row:
    """Give the intervals of a case that is pooled from `rows`, and the words for what they are."""
    low, high = _relative_ends(rows)
    ends: Row = {
        "latency_low_s": case["latency_s"] * low,
        "latency_high_s": case["latency_s"] * high,
        "rtf_low": case["rtf"] * low,
        "rtf_high": case["rtf"] * high,
        "interval": OVER_ROUNDS if len(rows) == 1 else BETWEEN_RUNS.format(n=len(rows)),
    }
    if len(rows) > 1:
        ends |= _shares(rows) | _stages(rows)
    return ends | _energy_ends(rows, case) | _memory_ends(rows)


def _relative_ends(rows: Sequence[Row]) -> tuple[float, float]:
    if len(rows) == 1:
        low, high = (rows[0][f"latency_{end}_s"] / rows[0]["latency_s"] for end in ("low", "high"))
        return low, high
    middle, low, high = geometric_mean_interval([row["latency_s"] for row in rows])
    return low / middle, high / middle


def _shares(rows: Sequence[Row]) -> Row:
    ends: Row = {}
    for name in (f"{stage}_share" for stage in STAGES):
        shares = _known(rows, name)
        if len(shares) > 1:
            ends |= dict(zip((name, f"{name}_low", f"{name}_high"), share_interval(shares), strict=True))
    return ends


def _stages(rows: Sequence[Row]) -> Row:
    """Between runs; a stage that took nothing in one of them keeps its rounds' percentiles."""
    ends: Row = {}
    for stage in STAGES:
        between = _between(rows, f"{stage}_s")
        if between:
            ends |= dict(zip((f"{stage}_low_s", f"{stage}_high_s"), between, strict=True))
    return ends


def _energy_ends(rows: Sequence[Row], case: Row) -> Row:
    """Between runs where there are several, else what the counter's own uncertainty allows."""
    between = _between(rows, "energy_per_audio_s_j")
    if between:
        return {"energy_low_j": between[0], "energy_high_j": between[1]}
    middle, share = case["energy_per_audio_s_j"], COVERAGE * case["energy_uncertainty"]
    return {"energy_low_j": middle * (1 - share), "energy_high_j": middle * (1 + share)}


def _memory_ends(rows: Sequence[Row]) -> Row:
    low, high = _between(rows, "memory_bytes") or (NAN, NAN)
    return {"memory_low_bytes": low, "memory_high_bytes": high}


def _between(rows: Sequence[Row], name: str) -> tuple[float, float] | None:
    """Give the ends of a value's interval between runs; None for a single run, or one that took nothing."""
    values = _known(rows, name)
    return geometric_mean_interval(values)[1:] if len(values) > 1 and min(values) > 0 else None


def _known(rows: Sequence[Row], name: str) -> list[float]:
    return [row[name] for row in rows if not isnan(row[name])]
