"""Steps and creeps over the commits of saved runs, a row for each model: what no two commits show.

A point is a commit: the mean over its runs, and over the cases of its row, of the logarithm of a metric.
Points are of one environment, one slice, one set of weights and clean trees; the logarithm is over the
calibration kernel's where that makes neighbouring points more alike.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import TYPE_CHECKING

from asr_harness import stats
from asr_harness.errors import RecordError
from asr_harness.metrics import calibration
from asr_harness.schema.part import dump

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from asr_harness.metrics import Metric
    from asr_harness.schema import CaseResult, RunFile
    from asr_harness.stats import Drift

Series = dict[tuple[str, str], dict[str, dict[str, list[tuple[float, float]]]]]
"""By row and circumstances, by commit, by case: of each run the logarithm, and that of the kernel."""


@dataclass(frozen=True, slots=True)
class RowTrend:
    """What a row did over commits, oldest first.

    `values` are logarithms, of the quotient with the kernel's time if `calibrated`. `circumstances` tell rows
    of one name apart: 1 is the newest environment, slice and weights that it was measured in.
    """

    row: str
    circumstances: int
    labels: tuple[str, ...]
    values: tuple[float, ...]
    calibrated: bool
    drift: Drift

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


def judge_trends(runs: Sequence[RunFile], metric: Metric) -> tuple[RowTrend, ...]:
    """Judge every row of runs that are oldest first.

    Raises RecordError for a metric that is not judged by its ratio.
    """
    if metric.test != "ratio":
        raise RecordError(
            f"{metric.key} has no trend: what is exact, or a rate, repeats itself from run to run, and "
            "`compare` judges it between any two commits; pin a reference (--against v1.0), or choose a time, "
            "energy or memory, such as latency"
        )
    series = _series(runs, metric)
    points = {key: _points(by_commit) for key, by_commit in series.items()}
    helps = metric.is_time and _calibration_helps(points.values())
    newest_first = list(reversed(points))
    rows = []
    for key, by_commit in points.items():
        values = tuple(value - helps * pace for value, pace in by_commit.values())
        number = 1 + sum(other[0] == key[0] for other in newest_first[: newest_first.index(key)])
        rows.append(RowTrend(key[0], number, tuple(by_commit), values, helps, stats.find_drift(values)))
    return tuple(rows)


def _series(runs: Iterable[RunFile], metric: Metric) -> Series:
    series: Series = {}
    for run in runs:
        if run.is_dirty:
            continue
        environment = json.dumps(dump(run.environment), sort_keys=True)
        for record in run.records.values():
            value = None if record.result is None else metric.judged(record.result)
            if record.result is None or value is None:
                continue
            key = record.case.group, environment + _identity(record.result)
            # The newest circumstances last: those that come again move to the end.
            of_row = series[key] = series.pop(key, {})
            pace = log(calibration.read(record.result))
            of_row.setdefault(run.label, {}).setdefault(record.case.id, []).append((log(value), pace))
    return series


def _identity(result: CaseResult) -> str:
    prints = result.fingerprints
    return json.dumps([prints.weights, prints.decoding, result.work.dtype])


def _points(
    by_commit: Mapping[str, Mapping[str, Sequence[tuple[float, float]]]],
) -> dict[str, tuple[float, float]]:
    """Give the mean of each commit that has all the cases that most commits have."""
    n_commits = Counter(case for cases in by_commit.values() for case in cases)
    usual = [case for case, n in n_commits.items() if 2 * n > len(by_commit)]
    points = {}
    for label, cases in by_commit.items():
        if usual and all(case in cases for case in usual):
            means = [tuple(map(stats.mean, zip(*cases[case], strict=True))) for case in usual]
            points[label] = (
                stats.mean([value for value, _ in means]),
                stats.mean([pace for _, pace in means]),
            )
    return points


def _calibration_helps(series: Iterable[Mapping[str, tuple[float, float]]]) -> bool:
    """Whether neighbouring points are more alike over the kernel's time.

    A step counts once among them, and a creep hardly.
    """
    raw = calibrated = 0.0
    for points in series:
        for (before, pace_before), (after, pace_after) in pairwise(points.values()):
            raw += (after - before) ** 2
            calibrated += (after - before - pace_after + pace_before) ** 2
    return calibrated < raw
