"""Metrics across commits: a point for each commit and environment in the order of their first runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from asr_harness.metrics import units
from asr_harness.tidy import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pandas as pd

    from asr_harness.saved import SavedRun

MOST_CHANGES = 4
NONE = "none"
KIND = ("data", "weights", "slice_audio_s")
"""What runs share that may be on one line."""


class Metric(NamedTuple):
    """A column of the tidy table, and how its values are written."""

    column: str
    written: Callable[[float | None], str]


METRICS = {
    "latency": Metric("latency_s", units.seconds),
    "p95": Metric("request_p95_s", units.seconds),
    "rtf": Metric("rtf", units.ratio),
    "wer": Metric("wer", units.percent),
    "cer": Metric("cer", units.percent),
    "energy": Metric("energy_per_utterance_j", units.joules),
    "memory": Metric("memory_bytes", units.memory),
    "flops": Metric("flops", units.ratio),
    "calibration": Metric("calibration_s", units.seconds),
}


@dataclass(frozen=True, slots=True)
class Point:
    """A commit in an environment; `changed` says what is new in the environment since the point before."""

    label: str
    environment: str
    changed: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """A case's medians at each point, None where it was not measured; `kind` tells it from its others."""

    case: str
    values: tuple[float | None, ...]
    kind: str = ""


def points(runs: Sequence[SavedRun]) -> tuple[Point, ...]:
    """List the points; runs are oldest first."""
    found: dict[tuple[str, str], SavedRun] = {}
    for run in runs:
        found.setdefault((run.label, digest(run.environment)), run)
    made: list[Point] = []
    before: SavedRun | None = None
    for (label, environment), run in found.items():
        changed = None
        if before is not None and digest(before.environment) != environment:
            changed = difference(before.environment, run.environment)
        made.append(Point(label, environment, changed))
        before = run
    return tuple(made)


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Say which settings of two environments differ, the first few by value."""
    old, new = dict(_flat(before)), dict(_flat(after))
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    said = [f"{name} {old.get(name, NONE)} → {new.get(name, NONE)}" for name in names[:MOST_CHANGES]]
    more = len(names) - MOST_CHANGES
    return ", ".join([*said, *([f"and {more} more"] if more > 0 else [])])


def lines(table: pd.DataFrame, timeline: Sequence[Point], column: str) -> tuple[Line, ...]:
    """Give a line for each case that has values, and for each corpus, kind of weights and slice of it."""
    known = table.dropna(subset=[column])
    found = []
    for case, mine in known.groupby("case", sort=False):
        kinds = [group for _, group in mine.groupby(list(KIND), sort=False, dropna=False)]
        for group in kinds:
            medians = group.groupby(["label", "environment"], sort=False)[column].median().to_dict()
            values = [medians.get((point.label, point.environment)) for point in timeline]
            found.append(Line(str(case), tuple(values), _kind(group, kinds)))
    return tuple(found)


def _kind(group: pd.DataFrame, kinds: Sequence[pd.DataFrame]) -> str:
    """Name a kind by what tells it from the others of its case."""
    told = [name for name in KIND if len({str(other[name].iloc[0]) for other in kinds}) > 1]
    written = {"slice_audio_s": units.seconds}
    return ", ".join(written.get(name, str)(group[name].iloc[0]) for name in told)


def _flat(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, inner in value.items():
        if isinstance(inner, list):
            inner = {str(place): part for place, part in enumerate(inner)}  # noqa: PLW2901
        if isinstance(inner, dict):
            yield from _flat(inner, f"{prefix}{name}.")
        else:
            yield prefix + name, NONE if inner is None else str(inner)
