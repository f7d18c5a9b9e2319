"""A session judged against saved runs: section, exit status, and what the file keeps."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from asr_harness.judge.judgement import EXIT_UNUSABLE

Run = Callable[..., pytest.RunResult]
Saved = Callable[[], dict[str, Any]]


def test_the_session_ends_with_the_comparison_and_its_exit_status(run: Run, saved: Saved) -> None:
    run("--benchmark-autosave")
    result = run("--benchmark-autosave", "--asr-compare", "1", "--asr-fail-on", "rtf>5%")
    result.stdout.fnmatch_lines(
        ["*compared with 1*", "UNDECIDED: *", "*1 run) → *", "unchanged: *", "UNDECIDED: inconclusive *"]
    )
    assert result.ret == 3
    judgement = saved()["asr"]["judgement"]
    assert judgement["exit_status"] == 3
    assert judgement["regressions"] == []


def test_a_narrower_session_is_judged_on_what_it_selected(run: Run, saved: Saved) -> None:
    run("--benchmark-autosave", "--asr-models", "steady")
    narrower = ("--asr-models", "steady", "--asr-batch-sizes", "1")
    result = run("--benchmark-autosave", *narrower, "--asr-compare", "1", "--asr-undecided", "pass")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*outcome*(missing)*", "not selected by the candidate: 1 case*"])
    assert saved()["asr"]["judgement"]["regressions"] == []


def test_a_session_that_saves_nothing_is_judged_too(run: Run) -> None:
    run("--benchmark-autosave")
    result = run("--asr-compare", "1", "--asr-undecided", "pass")
    result.stdout.fnmatch_lines(["*compared with 1*"])
    assert result.ret == 0


def test_a_baseline_that_is_not_there_is_a_usage_error_before_anything_runs(run: Run) -> None:
    result = run("--asr-compare", "latest:main")
    assert result.ret == EXIT_UNUSABLE
    result.stderr.fnmatch_lines(["*branch 'main'*"])


def test_a_rule_that_cannot_be_read_is_a_usage_error(run: Run) -> None:
    run("--benchmark-autosave")
    result = run("--asr-compare", "1", "--asr-fail-on", "speed>5%")
    assert result.ret == EXIT_UNUSABLE
    result.stderr.fnmatch_lines(["*no metric 'speed'*"])


def test_a_rule_for_no_case_of_the_baseline_is_a_usage_error_before_anything_runs(run: Run) -> None:
    run("--benchmark-autosave")
    result = run("--asr-compare", "1", "--asr-fail-on", "turbo-*:rtf>5%")
    assert result.ret == EXIT_UNUSABLE
    result.stderr.fnmatch_lines(["*'turbo-[*]:rtf>5%' matches nothing*steady-cpu-5s-b1-baseline*"])


@pytest.mark.parametrize("option", ["--asr-fail-on=rtf>5%", "--asr-undecided=pass"])
def test_a_rule_without_runs_to_compare_with_is_a_usage_error(run: Run, option: str) -> None:
    result = run(option)
    assert result.ret == EXIT_UNUSABLE
    result.stderr.fnmatch_lines([f"*{option.partition('=')[0]} judges nothing without --asr-compare*"])


def test_rules_in_pytest_ini_wait_for_runs_to_compare_with(run: Run, suite: pytest.Pytester) -> None:
    suite.makeini("[pytest]\npythonpath = .\nasr_fail_on = rtf>5%\n")
    assert run().ret == 0


def test_pytest_benchmarks_own_command_groups_by_metric(run: Run, suite: pytest.Pytester) -> None:
    suite.makepyfile(
        conftest=suite.path.joinpath("conftest.py").read_text("utf-8")
        + "\nfrom asr_harness.plugin.metric_tables import *\n"
    )
    run("--benchmark-autosave")
    result = suite.run("pytest-benchmark", "compare", "--group-by=metric", "--columns=median")
    result.stdout.fnmatch_lines(["*latency: *", "*RTF: *", "*WER: *"])
    result.stdout.fnmatch_lines(["*WER: *", "Name (time in none: the title has the units) *"])
    path = next(suite.path.glob(".benchmarks/*/*.json"))
    wer = json.loads(path.read_text("utf-8"))["benchmarks"][0]["extra_info"]["wer"]
    assert f"{wer:.4f}" in result.stdout.str()
