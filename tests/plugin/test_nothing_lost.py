"""Finished cases outlive the session: killed, interrupted, or on a full disk."""

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., pytest.RunResult]
Saved = Callable[[], dict[str, Any]]
TIMINGS = {"stats", "batch_latency_s", "latency_per_utterance_s", "rtf", "rtfx", "stage_s", "calibration_s"}
TIMINGS |= {"datetime", "session", "fullname", "machine_info", "peaks", "roofline", "peak_resident_bytes"}


def without_timings(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_timings(item) for key, item in value.items() if key not in TIMINGS}
    return [without_timings(item) for item in value] if isinstance(value, list) else value


def journals(suite: pytest.Pytester) -> list[Path]:
    return list(suite.path.glob(".benchmarks/journal/*.jsonl"))


def test_a_saved_run_leaves_no_journal(run: Run, suite: pytest.Pytester) -> None:
    run("--benchmark-autosave")
    assert journals(suite) == []


def test_a_kill_leaves_the_finished_cases_and_resuming_completes_the_run(
    run: Run, saved: Saved, suite: pytest.Pytester
) -> None:
    arguments = ("--benchmark-autosave", "--asr-models", "steady,killed")
    killed = suite.runpytest_subprocess("-p", "no:cacheprovider", *arguments)
    assert killed.ret == -signal.SIGKILL
    lines = [json.loads(line) for line in journals(suite)[0].read_text().splitlines()]
    assert [line["outcome"] for line in lines[1:]] == ["measured"] * 3
    assert not list(suite.path.glob(".benchmarks/*/*.json"))

    suite.path.joinpath("spare").touch()
    run(*arguments, "--asr-resume").assert_outcomes(passed=4)
    resumed = saved()
    assert journals(suite) == []
    for line, benchmark in zip(lines[1:], resumed["benchmarks"], strict=False):
        assert benchmark["stats"]["data"] == line["rounds_s"]
        assert benchmark["extra_info"] == line["extra_info"]

    run(*arguments)
    run(*arguments).assert_outcomes(passed=4)
    assert without_timings(saved()) == without_timings(resumed)


def test_an_interrupt_saves_what_is_there_and_can_be_resumed(
    run: Run, saved: Saved, suite: pytest.Pytester
) -> None:
    arguments = ("--benchmark-autosave", "--asr-models", "interrupted,steady")
    interrupted = suite.runpytest_subprocess("-p", "no:cacheprovider", *arguments)
    assert interrupted.ret == pytest.ExitCode.INTERRUPTED
    outcomes = [outcome["outcome"] for outcome in saved()["asr"]["outcomes"]]
    assert outcomes == ["measured", "interrupted", "interrupted", "interrupted"]
    assert len(journals(suite)) == 1
    suite.path.joinpath("spare").touch()
    run(*arguments, "--asr-resume").assert_outcomes(passed=4)
    assert [outcome["outcome"] for outcome in saved()["asr"]["outcomes"]] == ["measured"] * 4
    assert journals(suite) == []


def test_resuming_something_else_is_refused_with_the_differing_key(run: Run, suite: pytest.Pytester) -> None:
    suite.runpytest_subprocess("-p", "no:cacheprovider", "--asr-models", "interrupted")
    result = run("--asr-models", "interrupted", "--asr-utterances", "3", "--asr-resume")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*n_utterances was 4 and is now 3*"])


def test_resuming_nothing_says_so(run: Run) -> None:
    result = run("--asr-resume")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*nothing to resume*"])


def test_out_of_memory_is_not_tried_again_on_resuming(run: Run, saved: Saved, suite: pytest.Pytester) -> None:
    arguments = ("--benchmark-autosave", "--asr-models", "hungry,interrupted")
    suite.runpytest_subprocess("-p", "no:cacheprovider", *arguments)
    suite.path.joinpath("spare").touch()
    run(*arguments, "--asr-resume").assert_outcomes(passed=2, skipped=2)
    assert [outcome["outcome"] for outcome in saved()["asr"]["outcomes"]] == ["oom"] * 2 + ["measured"] * 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_full_disk_is_one_message_and_keeps_the_journal(run: Run, suite: pytest.Pytester) -> None:
    result = run("--benchmark-json=/dev/full")
    assert result.ret == 2
    result.stdout.fnmatch_lines(
        ["2 finished cases are kept in *--asr-resume*", "ERROR: the run could not be saved: *No space left*"]
    )
    assert len(journals(suite)) == 1


def test_a_run_that_was_half_saved_is_removed(
    run: Run, suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save_half(storage: Any, output_json: object, save: str) -> None:
        storage.get(f"0001_{save}.json").write_text('{"half"')
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pytest_benchmark.storage.file.FileStorage.save", save_half)
    assert run("--benchmark-autosave").ret == 2
    assert not list(suite.path.glob(".benchmarks/*/*.json"))
    assert len(journals(suite)) == 1
