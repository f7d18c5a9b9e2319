"""One commit has one latency: the table's, the page's and the history's are pooled by the metric itself."""

from math import isnan

import pytest

from asr_harness.metrics import Metric, all_metrics, by_key
from asr_harness.report.history import case_histories, commit_points
from asr_harness.report.pooled import pooled
from asr_harness.report.table import rounds, table
from asr_harness.runs.summary import summarised
from asr_harness.schema import CaseResult, RunFile
from tests.report.hand_made import run, speed


def measured(*seconds: float) -> RunFile:
    return run(CaseResult("whisper", 4, 20.0, speed(seconds)), name=f"{seconds[0]}.json")


@pytest.mark.parametrize("metric", all_metrics(), ids=lambda metric: metric.key)
def test_of_one_run_all_give_the_runs_own_value(metric: Metric) -> None:
    runs = [measured(0.9, 1.0, 1.2)]
    result = next(iter(runs[0].records.values())).result
    assert result is not None
    expected = metric.read(result)
    in_table, on_page = table(runs)[metric.column][0], pooled(table(runs), runs)[metric.column][0]
    known = summarised(runs)
    histories = case_histories(known, commit_points(known), metric)
    assert [line.values for line in histories] == ([] if expected is None else [(expected,)])
    for value in (in_table, on_page):
        assert isnan(value) if expected is None else value == pytest.approx(expected, rel=1e-15)


def test_of_several_runs_all_give_the_geometric_mean() -> None:
    # ∛(1 · 1.1 · 2) / 4 = 0.32514
    runs = [measured(seconds) for seconds in (1.0, 1.1, 2.0)]
    known = summarised(runs)
    results = [record.result for run_ in runs for record in run_.records.values() if record.result]
    for key in ("latency", "rtf"):
        metric = by_key(key)
        (line,) = case_histories(known, commit_points(known), metric)
        on_page = pooled(table(runs), runs)[metric.column][0]
        assert line.values == (on_page,) == (metric.pooled(results),)
    assert by_key("latency").pooled(results) == pytest.approx(0.32514, rel=1e-4)


def test_the_median_over_a_cases_rounds_is_its_value_in_the_table() -> None:
    runs = [measured(0.9, 1.0, 1.2)]
    for column in ("latency_s", "encode_s", "calibration_s"):
        assert rounds(runs)[column].median() == table(runs)[column][0]
