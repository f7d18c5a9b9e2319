"""RTF and WER in pytest-benchmark's own tables: `pytest-benchmark compare --group-by=metric`.

pytest-benchmark's command looks for these two hooks in ./conftest.py only, so a suite imports them there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_benchmark import plugin as pytest_benchmark_plugin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

GROUP_BY = "metric"
METRIC_KEY = "asr_metric"
TIMES = ("min", "max", "mean", "stddev", "median", "iqr", "q1", "q3", "iqr_outliers", "ld15iqr", "hd15iqr")
RATE_TITLE = "{} (a ratio: read no unit into it)"


def pytest_benchmark_group_stats(config: Any, benchmarks: Iterable[Any], group_by: str) -> Any:
    """Give a table for each of latency, RTF and WER where asked for; else what pytest-benchmark does."""
    if group_by != GROUP_BY:
        return pytest_benchmark_plugin.pytest_benchmark_group_stats(config, benchmarks, group_by)  # type: ignore[no-untyped-call]
    known = list(benchmarks)
    groups = [
        ("latency of the whole slice", [_tagged(each, "latency", 1.0) for each in known]),
        (RATE_TITLE.format("RTF"), [_tagged(*found) for found in _rtfs(known)]),
        (RATE_TITLE.format("WER"), [_constant(*found) for found in _wers(known)]),
    ]
    return [(title, group) for title, group in groups if group]


def pytest_benchmark_scale_unit(
    config: Any, unit: str, benchmarks: Any, best: Any, worst: Any, sort: str
) -> tuple[str, float]:
    """Leave ratios as they are."""
    if unit == "seconds" and benchmarks and benchmarks[0].get(METRIC_KEY) in ("rtf", "wer"):
        return "", 1.0
    scaled: tuple[str, float] = pytest_benchmark_plugin.pytest_benchmark_scale_unit(  # type: ignore[no-untyped-call]
        config, unit, benchmarks, best, worst, sort
    )
    return scaled


def _rtfs(benchmarks: Iterable[Any]) -> Iterator[tuple[Any, str, float]]:
    for benchmark in benchmarks:
        audio_s = (benchmark.get("extra_info") or {}).get("audio_s")
        if audio_s:
            yield benchmark, "rtf", 1 / audio_s


def _wers(benchmarks: Iterable[Any]) -> Iterator[tuple[Any, float]]:
    for benchmark in benchmarks:
        wer = (benchmark.get("extra_info") or {}).get("wer")
        if wer is not None:
            yield benchmark, wer


def _tagged(benchmark: Any, metric: str, scale: float) -> dict[str, Any]:
    scaled = {name: benchmark[name] * scale for name in TIMES if _is_number(benchmark.get(name))}
    return {**benchmark, **scaled, "ops": benchmark["ops"] / scale, METRIC_KEY: metric}


def _constant(benchmark: Any, value: float) -> dict[str, Any]:
    same = {name: value if name not in ("stddev", "iqr") else 0.0 for name in TIMES}
    return {**benchmark, **same, "ops": 1 / value if value else 0.0, METRIC_KEY: "wer"}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)
