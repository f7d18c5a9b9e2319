"""One row per case from the tidy table: runs of a case pooled, each figure with its interval.

Where runs of several commits or machines are given, a case is shown as in the newest group (one commit,
environment, corpus, slice and kind of weights) that could run it; older ones are for the history.
"""

from __future__ import annotations

from math import isnan
from statistics import median
from typing import TYPE_CHECKING, Any

from asr_harness.schema import STAGES
from asr_harness.stats import geometric_mean_interval, share_interval
from asr_harness.tidy import COLUMNS

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]

LIKE = ("environment", "data", "weights")
"""What cells share that may be held against each other."""
GROUP = ("label", *LIKE)
POOLED = (*GROUP, "slice_audio_s")
"""What runs share that are pooled: one commit's, on the same slice."""
BETWEEN_RUNS = "95 % between {n} runs"
OVER_ROUNDS = "5–95 % of the rounds of one run"
COVERAGE = 2.0
ENDS = ("rtf_low", "rtf_high", "energy_low_j", "energy_high_j", "memory_low_bytes", "memory_high_bytes")
"""Ends of intervals that the tidy table has no columns of."""
NUMBERS = tuple(name for name, column in COLUMNS.items() if column.kind == "number" and name != "batch_size")


def cells(table: pd.DataFrame) -> pd.DataFrame:
    """Pool the runs of each case; the order is that of the table."""
    import pandas as pd

    ordered = table.sort_values("time", kind="stable", na_position="first")
    by_case: dict[str, list[Row]] = {name: [] for name in table["case"]}
    for row in ordered.to_dict("records"):
        by_case[row["case"]].append({**row})  # type: ignore[dict-item]
    found = pd.DataFrame([_pooled(_newest(rows)) for rows in by_case.values()])
    found = found.reindex(columns=list(dict.fromkeys([*found.columns, *ENDS])))
    known = found.groupby("bucket")["audio_s"].transform("mean")
    return found.assign(bucket_audio_s=found["audio_s"].fillna(known))


def measured(cells_: pd.DataFrame) -> pd.DataFrame:
    """Leave the cells that have figures."""
    return cells_[cells_["outcome"] == "measured"]


def _newest(rows: list[Row]) -> list[Row]:
    """Leave the group that was saved last, among those that could run the case if there are any."""
    able = [row for row in rows if row["outcome"] != "unavailable"] or rows
    last = able[-1]
    if last["outcome"] != "measured":
        return [last]
    key = [last[name] for name in POOLED]
    return [row for row in able if row["outcome"] == "measured" and [row[name] for name in POOLED] == key]


def _pooled(rows: list[Row]) -> Row:
    last = rows[-1]
    cell = last | {"n_runs": len(rows)}
    if last["outcome"] != "measured":
        return cell
    cell |= {name: _median(row[name] for row in rows) for name in NUMBERS}
    if len(rows) == 1:
        low, high = (cell[f"latency_{end}_s"] / cell["latency_s"] for end in ("low", "high"))
        interval = OVER_ROUNDS
    else:
        middle, low, high = geometric_mean_interval([row["latency_s"] for row in rows])
        cell["rtf"] *= middle / cell["latency_s"]
        cell["latency_s"], low, high = middle, low / middle, high / middle
        interval = BETWEEN_RUNS.format(n=len(rows))
        cell |= _shares(rows) | _stages(rows)
    ends = {
        "latency_low_s": cell["latency_s"] * low,
        "latency_high_s": cell["latency_s"] * high,
        "rtf_low": cell["rtf"] * low,
        "rtf_high": cell["rtf"] * high,
    }
    return cell | ends | {"interval": interval} | _energy_ends(rows, cell) | _memory_ends(rows)


def _shares(rows: list[Row]) -> Row:
    found: Row = {}
    for name in (f"{stage}_share" for stage in STAGES):
        known = [row[name] for row in rows if not isnan(row[name])]
        if len(known) > 1:
            middle, low, high = share_interval(known)
            found |= {name: middle, f"{name}_low": low, f"{name}_high": high}
    return found


def _stages(rows: list[Row]) -> Row:
    """Between runs; a stage that took nothing in one of them keeps its rounds' percentiles."""
    found: Row = {}
    for stage in STAGES:
        values = [row[f"{stage}_s"] for row in rows if not isnan(row[f"{stage}_s"])]
        if len(values) > 1 and min(values) > 0:
            names = (f"{stage}_s", f"{stage}_low_s", f"{stage}_high_s")
            found |= dict(zip(names, geometric_mean_interval(values), strict=True))
    return found


def _energy_ends(rows: list[Row], cell: Row) -> Row:
    """Between runs where there are several, else what the counter's own uncertainty allows."""
    between = _between(rows, "energy_per_audio_s_j")
    if between:
        return {"energy_low_j": between[0], "energy_high_j": between[1]}
    middle, share = cell["energy_per_audio_s_j"], COVERAGE * cell["energy_uncertainty"]
    return {"energy_low_j": middle * (1 - share), "energy_high_j": middle * (1 + share)}


def _memory_ends(rows: list[Row]) -> Row:
    low, high = _between(rows, "memory_bytes") or (float("nan"), float("nan"))
    return {"memory_low_bytes": low, "memory_high_bytes": high}


def _between(rows: list[Row], name: str) -> tuple[float, float] | None:
    """Give the ends of a figure's interval between runs; None for a single run, or one that took nothing."""
    values = [row[name] for row in rows if not isnan(row[name])]
    return geometric_mean_interval(values)[1:] if len(values) > 1 and min(values) > 0 else None


def _median(values: Any) -> float:
    known = [value for value in values if not isnan(value)]
    return median(known) if known else float("nan")
