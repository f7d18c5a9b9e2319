"""What a page over many runs shows of them: the runs of each case's newest commit whole, others as points.

Which runs those are rests on summaries alone, so that the others need not be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asr_harness.counting import counted
from asr_harness.metrics import latency
from asr_harness.report.pooled import MAX_POOLED, newest_group
from asr_harness.report.table.cases import axes, place_of, spelled_out
from asr_harness.report.table.frame import in_utc
from asr_harness.runs.summary import HIGH, LOW, columns_of, summarised

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    import pandas as pd

    from asr_harness.runs.summary import CaseHead, Summary
    from asr_harness.schema import RunFile

MAX_POINTS = 200
"""Points of the history, the newest, that a page draws and judges: what a figure can show apart."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How many runs and points of the history there are, and how many of them the page shows."""

    n_runs: int
    n_whole: int
    n_points: int
    n_recent: int

    @property
    def note(self) -> str:
        """Say what is left out and where it is; empty where nothing is."""
        parts = []
        if self.n_whole < self.n_runs:
            parts.append(
                f"Cases, figures and claims are of the {counted(self.n_whole, 'run')} of {self.n_runs:,} "
                f"in which each case was last measured, at most {MAX_POOLED} a case; the others stand in the "
                "history alone. Name runs, as in `asr-harness report COMMIT`, to see theirs; `--csv` and "
                "`--parquet` have a row for every case of every run."
            )
        if self.n_recent < self.n_points:
            parts.append(
                f"History and trends are of the newest {self.n_recent} of "
                f"{counted(self.n_points, 'commit')} and environments; `asr-harness history` has all."
            )
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class History:
    """All runs that a page is of, oldest first, and those of the newest points with the `report_columns`."""

    runs: Sequence[Summary]
    newest: Sequence[Summary]


def history_of(runs: Iterable[RunFile]) -> History:
    """Summarise runs that were read whole."""
    known = summarised(runs, report_columns())
    return History(known, recent(known))


def report_columns() -> tuple[str, ...]:
    """Name what a page needs of the runs that it draws and judges the history of."""
    return (*columns_of([latency.METRIC], judged=True), LOW, HIGH)


def whole(history: Sequence[Summary], newest: Collection[str] = ()) -> list[Path]:
    """Give the files that the page's cases are pooled from, oldest first.

    Those that `newest` names count as newer than the others, whenever they were saved.
    """
    by_case: dict[str, list[tuple[str, tuple[object, ...], Path]]] = {}
    for run in _relevant(sorted(history, key=lambda run: (run.head.path.name in newest, _saved(run)))):
        shared = _shared(run)
        for case in run.cases:
            entry = case.outcome, (*shared, case.audio_s), run.head.path
            by_case.setdefault(case.id, []).append(entry)
    wanted = {
        path
        for entries in by_case.values()
        for _, _, path in newest_group(entries, lambda entry: entry[0], lambda entry: entry[1])
    }
    return [path for path in dict.fromkeys(run.head.path for run in history) if path in wanted]


def _relevant(history: Sequence[Summary]) -> list[Summary]:
    """Leave the runs that may be of some case's newest group, by what all cases of a run share.

    Runs have the same `cases` object where they have the same cases, which are looked at once.
    """
    left: list[Summary] = []
    decided: set[str] = set()
    wanted: set[object] = set()
    known: dict[int, tuple[CaseHead, ...]] = {}
    for run in reversed(history):
        shared = _shared(run)
        if id(run.cases) in known and shared not in wanted:
            continue
        left.append(run)
        able = {case.id for case in run.cases if case.outcome != "unavailable"} - decided
        if able:
            decided |= able
            wanted.add(shared)
        if all(case.id in decided for case in run.cases):
            known[id(run.cases)] = run.cases
    return left[::-1]


def _shared(run: Summary) -> tuple[object, ...]:
    return (*place_of(run), run.head.data, run.head.weights)


def recent(history: Sequence[Summary]) -> list[Summary]:
    """Leave the newest points of the history."""
    places = list(dict.fromkeys(map(place_of, history)))
    kept = set(places[-MAX_POINTS:])
    return [run for run in history if place_of(run) in kept]


def extent(history: Sequence[Summary], n_whole: int) -> Extent:
    """Count what there is and what is shown of it."""
    n_points = len(set(map(place_of, history)))
    return Extent(len({run.head.path for run in history}), n_whole, n_points, min(n_points, MAX_POINTS))


def latencies(runs: Sequence[Summary]) -> pd.DataFrame:
    """Give a row for each case that each run measured: its latency, and what tells its point and line."""
    import pandas as pd

    return pd.DataFrame(list(_latencies(runs)))


def _latencies(runs: Sequence[Summary]) -> Iterator[dict[str, object]]:
    names = (latency.METRIC.key, LOW, HIGH)
    for run in runs:
        label, environment = place_of(run)
        shared = {
            "label": label,
            "environment": environment,
            "data": run.head.data,
            "weights": run.head.weights,
        }
        columns = (run.columns[name] for name in names)
        for case, *values in zip(run.cases, *columns, strict=True):
            if case.audio_s is not None:
                yield {
                    **axes(case.case),
                    **shared,
                    "outcome": case.outcome,
                    "slice_audio_s": case.audio_s,
                    **dict(zip((latency.METRIC.column, LOW, HIGH), values, strict=True)),
                }


def _saved(run: Summary) -> float:
    """Sort as the table's times are: what names no zone is UTC."""
    time = run.head.time
    if time is None:
        return float("-inf")
    return in_utc(time).timestamp()


def run_names(runs: Sequence[Summary]) -> list[str]:
    """Name the files, each once."""
    return [spelled_out(path.name) for path in dict.fromkeys(run.head.path for run in runs)]
