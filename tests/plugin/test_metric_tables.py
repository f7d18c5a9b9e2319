"""Metrics in pytest-benchmark's own tables."""

from types import SimpleNamespace

import pytest
from pytest_benchmark.table import TableResults

from asr_harness.metrics import by_key
from asr_harness.plugin.metric_tables import TIMES, _row, pytest_benchmark_scale_unit

ROUNDS = dict.fromkeys(TIMES, 0.5) | {"ops": 2.0, "rounds": 3, "iterations": 1, "outliers": "0;0"}
COLUMNS = ("median", "stddev", "ops")


def shown(key: str, *values: float) -> str:
    """Give what pytest-benchmark's table writes of a metric's rows."""
    metric, lines = by_key(key), []
    rows = [{**_row(metric, ROUNDS, value), "name": f"case{i}"} for i, value in enumerate(values)]
    reporter = SimpleNamespace(
        write=lambda text, **_: lines.append(text),
        write_line=lambda text, **_: lines.append(text + "\n"),
        rewrite=lambda *_, **__: None,
        isatty=False,
    )
    scale = lambda **words: pytest_benchmark_scale_unit(None, **words)  # noqa: E731
    results = TableResults(COLUMNS, "median", None, lambda row: row["name"], None, scale)
    results.display(
        reporter, [("it", rows)], progress_reporter=lambda items, *_, **__: ((0, i) for i in items)
    )
    return "".join(lines)


@pytest.mark.parametrize("key", ["wer", "rtf", "memory"])
def test_what_is_no_time_is_called_none_and_has_no_operations_a_second(key: str) -> None:
    table = shown(key, 0.25, 0.5)
    assert "time in none: the title has the units)" in table
    assert "0.2500" in table
    assert "nan" in table


def test_a_time_keeps_its_unit_and_its_operations() -> None:
    table = shown("latency", 0.25, 0.125)
    assert "(time in ms)" in table
    assert "250.0000" in table
    assert "4.0000" in table
    assert "nan" not in table
