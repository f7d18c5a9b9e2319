"""Metrics in pytest-benchmark's own tables: `pytest-benchmark compare --group-by=metric`.

pytest-benchmark's command looks for these two hooks in ./conftest.py only, so a suite imports them there.
"""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, Any

from pytest_benchmark import plugin as pytest_benchmark_plugin

from asr_harness.metrics import by_key, session_metrics
from asr_harness.plugin.extra_info import saved_flat_copy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asr_harness.metrics import Metric

GROUP_BY = "metric"
METRIC_KEY = "asr_metric"
TIMES = ("min", "max", "mean", "stddev", "median", "iqr", "q1", "q3", "iqr_outliers", "ld15iqr", "hd15iqr")
SPREADS = ("stddev", "iqr")
NO_TIME = "none: the title has the unit"
"""pytest-benchmark has its label end in `(time in …s)`, whatever the unit; so this is a plural there."""


def pytest_benchmark_group_stats(config: Any, benchmarks: Iterable[Any], group_by: str) -> Any:
    """Give a table for each metric of a session where asked for; else what pytest-benchmark does."""
    if group_by != GROUP_BY:
        return pytest_benchmark_plugin.pytest_benchmark_group_stats(config, benchmarks, group_by)  # type: ignore[no-untyped-call]
    values = [(each, saved_flat_copy(each["extra_info"])) for each in benchmarks if _is_ours(each)]
    rate = by_key("cer")  # the headline of what has no words
    wordless = [
        _row(rate, each, columns["cer"])
        for each, columns in values
        if columns["wer"] is None and columns["cer"] is not None
    ]
    groups = [
        (
            _title(metric),
            [
                _row(metric, benchmark, value)
                for benchmark, columns in values
                if (value := columns[metric.column]) is not None
            ],
        )
        for metric in session_metrics()
    ]
    groups.append((_title(rate), wordless))
    return [(title, rows) for title, rows in groups if rows]


def pytest_benchmark_scale_unit(
    config: Any, unit: str, benchmarks: Any, best: Any, worst: Any, sort: str
) -> tuple[str, float]:
    """Leave what is not in seconds as it is, and say that it is no time."""
    key = benchmarks[0].get(METRIC_KEY) if benchmarks else None
    if key is not None and by_key(key).unit.symbol != "s":
        return NO_TIME if unit == "seconds" else "", 1.0
    scaled: tuple[str, float] = pytest_benchmark_plugin.pytest_benchmark_scale_unit(  # type: ignore[no-untyped-call]
        config, unit, benchmarks, best, worst, sort
    )
    return scaled


def _is_ours(benchmark: Any) -> bool:
    info = benchmark.get("extra_info") or {}
    return "fingerprints" in info


def _title(metric: Metric) -> str:
    if metric.unit.symbol == "s":
        return f"{metric.title}: {metric.meaning}"
    unit = f"in {metric.unit.symbol}" if metric.unit.symbol else "without a unit"
    return f"{metric.title}: {metric.meaning} ({unit})"


def _row(metric: Metric, benchmark: Any, value: float) -> dict[str, Any]:
    """Give the rounds in a time's unit, so that their spread shows; anything else as one value.

    What is no time has no operations a second.
    """
    if metric.is_time:
        scale = value / benchmark["median"]
        times = {name: benchmark[name] * scale for name in TIMES if _is_number(benchmark.get(name))}
        ops = benchmark["ops"] / scale if metric.unit.symbol == "s" else nan
        return {**benchmark, **times, "ops": ops, METRIC_KEY: metric.key}
    same = {name: 0.0 if name in SPREADS else value for name in TIMES}
    return {**benchmark, **same, "ops": nan, METRIC_KEY: metric.key}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)
