"""Steps and creeps over the commits of saved runs, a row for each model: what no two commits show.

A point is a commit: the mean over its runs, and over the cases of its row, of the logarithm of a metric.
Points are of one environment, one slice, one set of weights and clean trees; the logarithm is over the
calibration kernel's where that makes neighbouring points more alike. For a creep, all rounds count rather
than their median, and a point less while the kernel was unsteady.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from math import log
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from asr_harness import stats
from asr_harness.errors import RecordError
from asr_harness.metrics import calibration
from asr_harness.runs.summary import PACE_LEVEL, PACE_SPREAD, ROUNDS_LEVEL, log_mean, log_variance

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from asr_harness.metrics import Metric
    from asr_harness.runs.summary import Summary
    from asr_harness.stats import Drift


class Point(NamedTuple):
    """Logarithms of a run, or means of several.

    `value` and `pace` are of the medians of the metric and of the kernel, `mean` and `pace_mean` the means
    over rounds; `unsteady` is the variance of the kernel within a run, and there are `n` runs.
    """

    value: float
    pace: float
    mean: float
    pace_mean: float
    unsteady: float
    n: int = 1


RowKey = tuple[str, tuple[str | None, ...]]
"""A row, and the circumstances that it was measured in, by the names of `CIRCUMSTANCES`."""
CIRCUMSTANCES = "environment", "weights", "decoding", "dtype", "slices"
Series = dict[RowKey, dict[str, dict[str, list[Point]]]]
"""By row and circumstances, by commit, by case: a point for each run."""


Heard = dict[RowKey, list[dict[str, str]]]
"""By row and all other circumstances: the slice of each case, a mapping for every set of slices."""


@dataclass(frozen=True, slots=True)
class RowTrend:
    """What a row did over commits, oldest first.

    `values` are logarithms, of the quotient with the kernel's time if `calibrated`. `circumstances` tell rows
    of one name apart: 1 are the newest that it was measured in, and `differs` names what in others is not
    theirs.
    """

    row: str
    circumstances: int
    labels: tuple[str, ...]
    values: tuple[float, ...]
    calibrated: bool
    drift: Drift
    differs: tuple[str, ...] = ()

    @property
    def is_worse(self) -> bool:
        """Whether it ends higher than it has been: a creep upwards, or steps that were not undone."""
        if self.drift.trend is not None:
            return self.drift.trend.slope > 0
        level = lowest = 0.0
        for step in self.drift.steps:
            level += step.effect
            lowest = min(lowest, level)
        return level - lowest > stats.drift.TOLERANCE


def judge_trends(runs: Sequence[Summary], metric: Metric) -> tuple[RowTrend, ...]:
    """Judge every row of runs that are oldest first; they have the metric's `columns_of`, `judged`.

    Raises RecordError for a metric that is not judged by its ratio.
    """
    if metric.test != "ratio":
        raise RecordError(
            f"{metric.key} has no trend: what is exact, or a rate, repeats itself from run to run, and "
            "`compare` judges it between any two commits; pin a reference (--against v1.0), or choose a "
            "time, energy or memory, such as latency"
        )
    series = _series(runs, metric)
    every = {key: _points(by_commit) for key, by_commit in series.items()}
    points = {key: by_commit for key, by_commit in every.items() if by_commit}
    helps = metric.is_time and _calibration_helps(points.values())
    newest_first = list(reversed(points))
    rows = []
    for key, by_commit in points.items():
        values = tuple(point.value - helps * point.pace for point in by_commit.values())
        newer = [other for other in newest_first[: newest_first.index(key)] if other[0] == key[0]]
        number = 1 + len(newer)
        drift = find_drift(list(by_commit.values()), is_time=metric.is_time, is_calibrated=helps)
        differs = _differing(newer[0], key) if newer else ()
        rows.append(RowTrend(key[0], number, tuple(by_commit), values, helps, drift, differs))
    return tuple(rows)


def _differing(newest: RowKey, other: RowKey) -> tuple[str, ...]:
    pairs = zip(CIRCUMSTANCES, newest[1], other[1], strict=True)
    return tuple(name for name, new, old in pairs if new != old)


def find_drift(points: Sequence[Point], *, is_time: bool, is_calibrated: bool) -> Drift:
    """Look for steps in the medians, and for a creep in the means, with weights by the kernel."""
    values = [point.value - is_calibrated * point.pace for point in points]
    if not is_time:
        return stats.find_drift(values)
    means = [point.mean - is_calibrated * point.pace_mean for point in points]
    weights = stats.trust([point.unsteady for point in points], [point.n for point in points])
    return stats.find_drift(values, means, weights)


def point_of(value: float, rounds: Sequence[float], calibration_s: Sequence[float]) -> Point:
    """Make a point of one run: the metric, the rounds that it is the median of, and the kernel's."""
    return _point(
        value, median(calibration_s), log_mean(rounds), log_mean(calibration_s), log_variance(calibration_s)
    )


def _point(
    value: float, pace: float, level: float | None, pace_level: float | None, spread: float | None
) -> Point:
    """Where logarithms have no mean, that of the median stands for it."""
    return Point(
        log(value),
        log(pace),
        log(value) if level is None else level,
        log(pace) if pace_level is None else pace_level,
        spread or 0.0,
    )


def mean_point(points: Sequence[Point], n: int) -> Point:
    """Give the mean of points, as one of `n` runs."""
    value, pace, mean, pace_mean, unsteady, _ = map(stats.mean, zip(*points, strict=True))
    return Point(value, pace, mean, pace_mean, unsteady, n)


def _series(runs: Sequence[Summary], metric: Metric) -> Series:
    series: Series = {}
    known: dict[tuple[int, int], list[RowKey]] = {}
    heard: Heard = {}
    for run in runs:
        if run.head.is_dirty:
            continue
        # Runs of the same cases on one machine have the same objects of them.
        alike = id(run.cases), id(run.machine)
        keys = known[alike] if alike in known else known.setdefault(alike, _keys(run, heard))
        points = [
            (key, case.id, point)
            for key, case, point in zip(keys, run.cases, _of_run(run, metric), strict=True)
            if point is not None
        ]
        # The newest circumstances last: those that come again move to the end.
        for key in dict.fromkeys(key for key, _, _ in points):
            series[key] = series.pop(key, {})
        label = run.label
        for key, case_id, point in points:
            series[key].setdefault(label, {}).setdefault(case_id, []).append(point)
    return series


def _keys(run: Summary, heard: Heard) -> list[RowKey]:
    """Give the row and circumstances of each case of a run, of slices that do not contradict each other."""
    keys = [(case.group, (run.machine.digest, case.weights, case.decoding, case.dtype)) for case in run.cases]
    slices: dict[RowKey, dict[str, str]] = {}
    for key, case in zip(keys, run.cases, strict=True):
        of_row = slices.setdefault(key, {})
        if case.slice is not None:
            of_row[case.id] = case.slice
    numbers = {key: str(_known_as(of_row, heard.setdefault(key, []))) for key, of_row in slices.items()}
    return [(row, (*others, numbers[row, others])) for row, others in keys]


def _known_as(slices: dict[str, str], known: list[dict[str, str]]) -> int:
    """Give the place of the newest set that agrees with these slices where both have a case, and extend it.

    A case has a slice of its own, and a run may have few of a row's cases.
    """
    for place in reversed(range(len(known))):
        if all(known[place].get(case_id, one) == one for case_id, one in slices.items()):
            known[place].update(slices)
            return place
    known.append(slices)
    return len(known) - 1


def _of_run(run: Summary, metric: Metric) -> Iterator[Point | None]:
    """Give a point for each case of a run; None where it may not be judged."""
    columns = (run.logarithms(column) for column in (ROUNDS_LEVEL, PACE_LEVEL, PACE_SPREAD))
    judged = run.judged(metric), run.judged(calibration.METRIC)
    for value, pace, level, pace_level, spread in zip(*judged, *columns, strict=True):
        if value is None or pace is None:
            yield None
        else:
            yield _point(value, pace, level if metric.rounds else None, pace_level, spread)


def _points(by_commit: Mapping[str, Mapping[str, Sequence[Point]]]) -> dict[str, Point]:
    """Give the mean of each commit that has all the cases that most commits have."""
    n_commits = Counter(case for cases in by_commit.values() for case in cases)
    usual = [case for case, n in n_commits.items() if 2 * n > len(by_commit)]
    points = {}
    for label, cases in by_commit.items():
        if usual and all(case in cases for case in usual):
            n = min(len(cases[case]) for case in usual)
            points[label] = mean_point([mean_point(cases[case], n) for case in usual], n)
    return points


def _calibration_helps(series: Iterable[Mapping[str, Point]]) -> bool:
    """Whether neighbouring points are more alike over the kernel's time.

    A step counts once among them, and a creep hardly.
    """
    raw = calibrated = 0.0
    for points in series:
        for before, after in pairwise(points.values()):
            change = after.value - before.value
            raw += change**2
            calibrated += (change - after.pace + before.pace) ** 2
    return calibrated < raw
