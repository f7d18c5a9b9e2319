"""Finished cases outlive the session: killed, interrupted, or on a full disk."""

import json
import signal
import subprocess
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from asr_harness.judge.judgement import EXIT_UNUSABLE
from asr_harness.metrics import all_metrics
from asr_harness.plugin.extra_info import extra_info
from asr_harness.runs import journal_content
from asr_harness.schema import load_run
from asr_harness.schema.latest import latest_of_each
from asr_harness.schema.start import Start

Run = Callable[..., pytest.RunResult]
Saved = Callable[[], dict[str, Any]]
TIMINGS = {metric.column for metric in all_metrics() if metric.is_time} | {"speed", "stats", "memory_bytes"}
# What a resumed session measures first starts cold there; `load` and `first` are the reasons of others.
TIMINGS |= {field.name for field in fields(Start)} | {"load", "first"}
TIMINGS |= {"datetime", "session", "session_id", "machine_info", "peaks", "roofline", "peak_resident_bytes"}


def without_timings(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_timings(item) for key, item in value.items() if key not in TIMINGS}
    return [without_timings(item) for item in value] if isinstance(value, list) else value


def journals(suite: pytest.Pytester) -> list[Path]:
    return list(suite.path.glob(".benchmarks/journal/*.jsonl"))


def test_a_saved_run_leaves_no_journal(run: Run, suite: pytest.Pytester) -> None:
    run("--benchmark-autosave")
    assert journals(suite) == []


@pytest.mark.heavy
def test_a_kill_leaves_the_finished_cases_and_resuming_completes_the_run(
    run: Run, saved: Saved, suite: pytest.Pytester
) -> None:
    arguments = ("--benchmark-autosave", "--asr-models", "steady,killed")
    killed = suite.runpytest_subprocess("-p", "no:cacheprovider", *arguments)
    assert killed.ret == -signal.SIGKILL
    kept = journal_content.read(journals(suite)[0])
    assert [entry.outcome for entry in kept.entries.values()] == ["measured"] * 3
    assert list(kept.unfinished.values()) == [1]
    assert not list(suite.path.glob(".benchmarks/*/*.json"))

    suite.path.joinpath("spare").touch()
    run(*arguments, "--asr-resume").assert_outcomes(passed=4)
    resumed = saved()
    assert journals(suite) == []
    for entry, benchmark in zip(kept.entries.values(), resumed["benchmarks"], strict=False):
        assert benchmark["stats"]["data"] == list(entry.rounds_s)
        assert entry.result is not None
        assert benchmark["extra_info"] == json.loads(json.dumps(extra_info(entry.result)))

    run(*arguments)
    run(*arguments).assert_outcomes(passed=4)
    assert without_timings(saved()) == without_timings(resumed)


def test_an_interrupt_saves_what_is_there_and_can_be_resumed(
    run: Run, saved: Saved, suite: pytest.Pytester
) -> None:
    arguments = ("--benchmark-autosave", "--asr-models", "interrupted,steady")
    interrupted = suite.runpytest_subprocess("-p", "no:cacheprovider", *arguments)
    assert interrupted.ret == pytest.ExitCode.INTERRUPTED
    outcomes = [outcome["outcome"] for outcome in saved()["asr"]["cases"]]
    assert outcomes == ["measured", "interrupted", "interrupted", "interrupted"]
    assert len(journals(suite)) == 1
    suite.path.joinpath("spare").touch()
    run(*arguments, "--asr-resume").assert_outcomes(passed=4)
    assert [outcome["outcome"] for outcome in saved()["asr"]["cases"]] == ["measured"] * 4
    assert journals(suite) == []


def test_resuming_something_else_is_refused_with_the_differing_key(run: Run, suite: pytest.Pytester) -> None:
    suite.runpytest_subprocess("-p", "no:cacheprovider", "--asr-models", "interrupted")
    result = run("--asr-models", "interrupted", "--asr-utterances", "3", "--asr-resume")
    assert result.ret == EXIT_UNUSABLE
    result.stderr.fnmatch_lines(["*n_utterances was 4 and is now 3*"])


def test_resuming_nothing_says_so(run: Run) -> None:
    result = run("--asr-resume")
    assert result.ret == EXIT_UNUSABLE
    result.stderr.fnmatch_lines(["*nothing to resume*"])


def test_out_of_memory_is_not_tried_again_on_resuming(run: Run, saved: Saved, suite: pytest.Pytester) -> None:
    arguments = ("--benchmark-autosave", "--asr-models", "hungry,interrupted")
    suite.runpytest_subprocess("-p", "no:cacheprovider", *arguments)
    suite.path.joinpath("spare").touch()
    run(*arguments, "--asr-resume").assert_outcomes(passed=2, skipped=2)
    assert [outcome["outcome"] for outcome in saved()["asr"]["cases"]] == ["oom"] * 2 + ["measured"] * 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_full_disk_is_one_message_and_keeps_the_journal(run: Run, suite: pytest.Pytester) -> None:
    result = run("--benchmark-json=/dev/full")
    assert result.ret == 2
    result.stdout.fnmatch_lines(
        [
            "2 finished cases kept in*",
            "*--asr-resume*",
            "ERROR: the run could not be saved: *No space left*",
        ]
    )
    assert len(journals(suite)) == 1


def test_a_run_that_cannot_be_published_leaves_no_file_and_its_journal(
    run: Run, suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.hardlink_to", full)
    assert run("--benchmark-autosave").ret == 2
    assert [path for path in suite.path.glob(".benchmarks/*/*") if path.suffix != ".jsonl"] == []
    assert len(journals(suite)) == 1


def test_a_saved_run_that_cannot_be_read_back_keeps_its_journal(
    run: Run, suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asr_harness.plugin.storing.safe_dumps", lambda *_, **__: '{"benchmarks": []}')
    result = run("--benchmark-autosave")
    assert result.ret == 2
    result.stdout.fnmatch_lines(["ERROR: the saved run is not sound: *"])
    assert len(journals(suite)) == 1


def test_an_unsaved_session_can_still_be_saved_by_resuming(
    run: Run, saved: Saved, suite: pytest.Pytester
) -> None:
    run().stdout.fnmatch_lines(["2 finished cases kept in*", "*--asr-resume --benchmark-autosave*"])
    kept = journal_content.read(journals(suite)[0])
    run("--asr-resume")
    assert len(journals(suite)) == 1
    run("--asr-resume", "--benchmark-autosave").assert_outcomes(passed=2)
    assert journals(suite) == []
    rounds_s = [benchmark["stats"]["data"] for benchmark in saved()["benchmarks"]]
    assert rounds_s == [list(entry.rounds_s) for entry in kept.entries.values()]


@pytest.mark.heavy
def test_a_session_and_what_resumes_it_are_one_measurement(run: Run, suite: pytest.Pytester) -> None:
    arguments = ("--benchmark-autosave", "--asr-models", "interrupted,steady")
    suite.runpytest_subprocess("-p", "no:cacheprovider", *arguments)
    suite.path.joinpath("spare").touch()
    run(*arguments, "--asr-resume")
    run(*arguments)
    first, resumed, other = map(load_run, sorted(suite.path.glob(".benchmarks/*/*.json")))
    assert first.identity == resumed.identity != other.identity
    assert latest_of_each([resumed, first, other]) == (resumed, other)


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("option", "value", "difference"),
    [
        ("--asr-buckets", "5s=3-8", "plan.buckets_s.5s was (3.0, 7.0) and is now (3.0, 8.0)"),
        ("--asr-time", "0.02", "plan.time_s was 0.01 and is now 0.02"),
        ("--asr-batch-sizes", "2", "tests had *-b1-*, which is gone"),
    ],
)
def test_resuming_under_other_conditions_is_refused(
    run: Run, suite: pytest.Pytester, option: str, value: str, difference: str
) -> None:
    suite.runpytest_subprocess("-p", "no:cacheprovider", "--asr-models", "interrupted")
    result = run("--asr-models", "interrupted", option, value, "--asr-resume")
    assert result.ret == EXIT_UNUSABLE
    result.stderr.fnmatch_lines([f"*{difference}*"])


@pytest.mark.heavy
def test_other_uncommitted_code_is_not_resumed(run: Run, suite: pytest.Pytester) -> None:
    for command in (["init", "-q"], ["add", "conftest.py"], ["commit", "-qm", "x"]):
        git = ["git", "-c", "user.name=a", "-c", "user.email=b", *command]
        subprocess.run(git, cwd=suite.path, check=True)
    suite.runpytest_subprocess("-p", "no:cacheprovider", "--asr-models", "interrupted")
    transcribers = suite.path / "transcribers.py"
    transcribers.write_text(f"{transcribers.read_text()}\n# changed")
    result = run("--asr-models", "interrupted", "--asr-resume")
    result.stderr.fnmatch_lines(["*uncommitted_changes was * and is now *"])


@pytest.mark.heavy
def test_a_case_that_killed_its_process_twice_has_crashed_and_not_run_again(
    run: Run, saved: Saved, suite: pytest.Pytester
) -> None:
    arguments = ("--benchmark-autosave", "--asr-models", "killed,steady")
    for more in ((), ("--asr-resume",)):
        killed = suite.runpytest_subprocess("-p", "no:cacheprovider", *arguments, *more)
        assert killed.ret == -signal.SIGKILL
    run(*arguments, "--asr-resume").assert_outcomes(passed=3, errors=1)
    outcomes = [case["outcome"] for case in saved()["asr"]["cases"]]
    assert outcomes == ["measured", "crashed", "measured", "measured"]
    assert "killed in it 2 times" in saved()["asr"]["cases"][1]["reason"]
