"""Rows: whole models first, one for a slow-down, and nothing hidden that a row does not tell."""

from asr_harness.judge import Finding
from asr_harness.report.rows import rows

MODEL = "m-cpu-*-baseline"
CASES = ("m-cpu-5s-b1-baseline", "m-cpu-15s-b1-baseline")
STAGES = ("p95", "preprocess", "encode", "decode", "time_per_token")


def test_stages_and_cases_of_one_slow_down_are_one_row() -> None:
    slow = [
        Finding(case, metric, "regression", metric == "latency", effect=0.1)
        for case in CASES
        for metric in ("latency", *STAGES)
    ]
    (row,) = rows([*slow, Finding(MODEL, "latency", "regression", effect=0.1)])
    assert row.finding.case_id == MODEL
    assert (len(row.parts), len(row.cases)) == (12, 2)


def test_a_case_that_fails_under_a_model_that_does_not_keeps_its_row() -> None:
    model = Finding(MODEL, "latency", "unchanged", effect=0.0)
    made = rows([model, Finding(CASES[0], "latency", "regression", effect=0.3)])
    assert [row.finding.case_id for row in made] == [CASES[0], MODEL]


def test_whole_models_come_before_cases_of_the_same_verdict() -> None:
    case = Finding("other-cpu-5s-b1-baseline", "memory", "regression", effect=0.9)
    made = rows([case, Finding(MODEL, "latency", "regression", effect=0.1)])
    assert [row.finding.case_id for row in made] == [MODEL, "other-cpu-5s-b1-baseline"]


def test_a_stage_that_a_rule_fails_keeps_its_row() -> None:
    made = rows([Finding(CASES[0], "latency", "unchanged"), Finding(CASES[0], "decode", "regression")])
    assert [row.finding.metric for row in made] == ["decode", "latency"]
