"""One row per case from the table: runs of a case pooled, each value with its interval.

Where runs of several commits or machines are given, a case is shown as in the newest group (one commit,
environment, corpus, slice and kind of weights) that could run it; older ones are for the history.
"""

from __future__ import annotations

from math import isnan
from statistics import median
from typing import TYPE_CHECKING, TypeVar

from asr_harness.metrics import all_metrics
from asr_harness.report.intervals import ENDS, pooled_ends
from asr_harness.report.table.columns import columns, metric_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    import pandas as pd

    from asr_harness.report.table.column import Row
    from asr_harness.schema import CaseResult, RunFile

CONDITIONS = ("environment", "data", "weights")
"""What cases share that may be held against each other."""
GROUP = ("label", *CONDITIONS)
POOLED = (*GROUP, "slice_audio_s")
"""What runs share that are pooled: one commit's, on the same slice."""

MAX_POOLED = 100
"""Runs of one commit, the newest: more make no interval narrower that a reader could tell."""

Pair = tuple["Row", "CaseResult | None"]
Entry = TypeVar("Entry")


def pooled(table: pd.DataFrame, runs: Iterable[RunFile], newest: Collection[str] = ()) -> pd.DataFrame:
    """Pool the runs of each case; `table` is theirs, and its order is kept.

    Runs of the files that `newest` names count as newer than the others, whenever they were saved.
    """
    import pandas as pd

    parts = [part for run in runs for part in run.by_machine()]
    results = [record.result for part in parts for record in part.records.values()]
    ordered = table.sort_values("time", kind="stable", na_position="first")
    ordered = ordered.iloc[ordered["run"].isin(newest).to_numpy().argsort(kind="stable")]
    by_case: dict[str, list[Pair]] = {name: [] for name in table["case"]}
    for place, row in zip(ordered.index, ordered.to_dict("records"), strict=True):
        by_case[row["case"]].append(({**row}, results[place]))  # type: ignore[dict-item]
    details = _details()
    cases = pd.DataFrame([pool(_newest(pairs), details) for pairs in by_case.values()])
    cases = cases.reindex(columns=list(dict.fromkeys([*cases.columns, *ENDS])))
    of_bucket = cases.groupby("bucket")["audio_s"].transform("mean")
    return cases.assign(bucket_audio_s=cases["audio_s"].fillna(of_bucket))


def measured(cases: pd.DataFrame) -> pd.DataFrame:
    """Leave the cases that were measured."""
    return cases[cases["outcome"] == "measured"]


def pool(pairs: Sequence[Pair], details: Sequence[str]) -> Row:
    """Make one row of a case's runs: each metric's own pooled value, and medians of the `details`."""
    rows = [row for row, _ in pairs]
    case = rows[-1] | {"n_runs": len(rows)}
    results = [result for _, result in pairs if result is not None]
    if case["outcome"] != "measured" or not results:
        return case
    case |= {name: _median(row[name] for row in rows) for name in details}
    case |= {metric.column: _or_nan(metric.pooled(results)) for metric in all_metrics()}
    case["energy_per_audio_s_j"] = case["energy_per_utterance_j"] / case["audio_s"]
    return case | pooled_ends(rows, case)


def newest_group(
    entries: Sequence[Entry], outcome: Callable[[Entry], object], key: Callable[[Entry], object]
) -> list[Entry]:
    """Leave of a case's entries, oldest first, the group of one key that was saved last, among those that
    could run the case if there are any; at most the newest `MAX_POOLED`.
    """
    able = [entry for entry in entries if outcome(entry) != "unavailable"] or entries
    last = able[-1]
    if outcome(last) != "measured":
        return [last]
    wanted = key(last)
    return [entry for entry in able if outcome(entry) == "measured" and key(entry) == wanted][-MAX_POOLED:]


def _newest(pairs: Sequence[Pair]) -> list[Pair]:
    return newest_group(
        pairs, lambda pair: pair[0]["outcome"], lambda pair: [pair[0][name] for name in POOLED]
    )


def _details() -> tuple[str, ...]:
    """Name the columns of numbers that are no metric."""
    numbers = (name for name, column in columns().items() if column.kind == "number")
    return tuple(name for name in numbers if name != "batch_size" and name not in metric_columns())


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _median(values: Iterable[float]) -> float:
    known = [value for value in values if not isnan(value)]
    return median(known) if known else float("nan")
