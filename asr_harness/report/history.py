"""Metrics across commits: a point for each commit and environment in the order of their first runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asr_harness.metrics import units
from asr_harness.report.table.cases import Place, place_of
from asr_harness.schema.part import dump

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asr_harness.metrics import Metric
    from asr_harness.metrics.base import Sample
    from asr_harness.runs.summary import Summary
    from asr_harness.schema import Environment

MAX_CHANGES = 4
NONE = "none"
UNNAMED = "settings that are none on both sides"
SLICE_IDENTITY = ("data", "weights", "slice_audio_s")
"""What runs share that may be on one line."""

SliceKey = tuple[str | None, str | None, float]
"""Values of `SLICE_IDENTITY`."""


@dataclass(frozen=True, slots=True)
class CommitPoint:
    """A commit in an environment; `changed` says what is new in the environment since the point before.

    `code` is the fingerprint of all sources that its first run imported, None where that is not known.
    """

    label: str
    environment: str
    changed: str | None
    code: str | None = None

    @property
    def place(self) -> Place:
        """What its runs share."""
        return self.label, self.environment


@dataclass(frozen=True, slots=True)
class CaseHistory:
    """A case's value at each point, None where it was not measured; `origin` tells it from its others."""

    case: str
    values: tuple[float | None, ...]
    origin: str = ""


def commit_points(runs: Sequence[Summary]) -> tuple[CommitPoint, ...]:
    """List the points; runs are oldest first."""
    first_runs: dict[Place, Summary] = {}
    for run in runs:
        first_runs.setdefault(place_of(run), run)
    points: list[CommitPoint] = []
    before: Summary | None = None
    for place, run in first_runs.items():
        changed = None
        if before is not None and before.environment_digest != run.environment_digest:
            changed = difference(before.machine.environment, run.machine.environment) or UNNAMED
        points.append(CommitPoint(*place, changed, run.code))
        before = run
    return tuple(points)


def difference(before: Environment, after: Environment) -> str:
    """Say which settings of two environments differ, the first few by value; nothing where none does."""
    old, new = dict(_flat(dump(before))), dict(_flat(dump(after)))
    names = [name for name in {**old, **new} if old.get(name, NONE) != new.get(name, NONE)]
    parts = [f"{name} {old.get(name, NONE)} → {new.get(name, NONE)}" for name in names[:MAX_CHANGES]]
    n_more = len(names) - MAX_CHANGES
    return ", ".join([*parts, *([f"and {n_more} more"] if n_more > 0 else [])])


def measured_cases(runs: Sequence[Summary], metric: Metric) -> list[str]:
    """Name the cases that have a history: a value in any run."""
    known: dict[str, None] = {}
    for run in runs:
        for case, sample in zip(run.cases, run.samples(metric), strict=True):
            if case.id not in known and sample is not None and metric.pool([sample]) is not None:
                known[case.id] = None
    return list(known)


def case_histories(
    runs: Sequence[Summary], timeline: Sequence[CommitPoint], metric: Metric
) -> tuple[CaseHistory, ...]:
    """Give the pooled value of each commit's runs, for each case and for each slice that it ran on.

    What has no value anywhere has no history.
    """
    histories = []
    for case_id, of_slices in _grouped(runs, metric).items():
        lines = {
            key: tuple(metric.pool(samples.get(point.place, ())) for point in timeline)
            for key, samples in of_slices.items()
        }
        known = {key: values for key, values in lines.items() if any(value is not None for value in values)}
        histories += [
            CaseHistory(case_id, values, _origin(key, tuple(known))) for key, values in known.items()
        ]
    return tuple(histories)


def _grouped(runs: Sequence[Summary], metric: Metric) -> dict[str, dict[SliceKey, dict[Place, list[Sample]]]]:
    """Sort samples by case, by slice, and by commit and environment."""
    grouped: dict[str, dict[SliceKey, dict[Place, list[Sample]]]] = {}
    for run in runs:
        place = place_of(run)
        for case, value in zip(run.cases, run.samples(metric), strict=True):
            if case.audio_s is not None:
                key = (run.head.data, run.head.weights, case.audio_s)
                of_place = grouped.setdefault(case.id, {}).setdefault(key, {}).setdefault(place, [])
                if value is not None:
                    of_place.append(value)
    return grouped


def _origin(key: SliceKey, others: Sequence[SliceKey]) -> str:
    """Name a slice by what distinguishes it from the others of its case."""
    data, weights, audio_s = key
    texts = (str(data), str(weights), units.seconds(audio_s))
    places = [i for i in range(len(key)) if len({other[i] for other in others}) > 1]
    return ", ".join(texts[i] for i in places)


def _flat(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, inner in value.items():
        if isinstance(inner, list | tuple):
            inner = {str(place): part for place, part in enumerate(inner)}  # noqa: PLW2901
        if isinstance(inner, dict):
            yield from _flat(inner, f"{prefix}{name}.")
        else:
            yield prefix + name, NONE if inner is None else str(inner)
