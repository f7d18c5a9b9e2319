"""Each model in a process of its own: the same file, and a process that dies takes one case with it."""

import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from asr_harness.judge.judgement import EXIT_UNUSABLE
from asr_harness.plugin.child import Child
from asr_harness.runs import deaths
from tests.plugin.test_nothing_lost import journals, without_timings

Run = Callable[..., pytest.RunResult]
Saved = Callable[[], dict[str, Any]]

SAVE = "--benchmark-autosave"


@dataclass
class Ended:
    """A process that ended with a status."""

    status: int

    def wait(self) -> int:
        return self.status


def outcomes(saved: Saved) -> list[tuple[str, str | None]]:
    return [(case["outcome"], case["reason"]) for case in saved()["asr"]["cases"]]


@pytest.mark.heavy
def test_the_file_is_what_one_process_would_have_saved(
    run: Run, saved: Saved, suite: pytest.Pytester
) -> None:
    models = ("--asr-models", "steady,broken")
    run(SAVE, *models).assert_outcomes(passed=2, failed=2)
    together = saved()
    run(SAVE, *models, "--asr-isolate").assert_outcomes(passed=2, errors=2)
    apart = saved()
    assert without_timings(apart["benchmarks"]) == without_timings(together["benchmarks"])
    assert apart["asr"]["cases"] == together["asr"]["cases"]
    assert apart["asr"]["peaks"].keys() == together["asr"]["peaks"].keys()
    assert "transcribers" in apart["asr"]["code"]["modules"] | apart["asr"]["code"]["distributions"]
    assert journals(suite) == []


@pytest.mark.heavy
@pytest.mark.parametrize(("model", "signal"), [("killed", "SIGKILL"), ("segfault", "SIGSEGV")])
def test_a_process_that_dies_takes_one_case_with_it(
    run: Run, saved: Saved, suite: pytest.Pytester, model: str, signal: str
) -> None:
    result = run(SAVE, "--asr-models", f"{model},steady", "--asr-isolate")
    result.assert_outcomes(passed=3, errors=1)
    (first, second, *others) = outcomes(saved)
    assert first == ("measured", None)
    assert second[0] == "crashed"
    assert f"its process was ended by {signal} in it" in (second[1] or "")
    assert others == [("measured", None)] * 2
    assert journals(suite) == []


@pytest.mark.parametrize(
    ("status", "n_oom_kills", "is_amid_case", "outcome"),
    [
        (-signal.SIGSEGV, 0, True, "crashed"),
        (-signal.SIGKILL, 0, True, "crashed"),
        (-signal.SIGKILL, 1, True, "oom"),
        (-signal.SIGKILL, 1, False, "oom"),
        (3, 0, True, "crashed"),
        (2, 0, False, "failed"),
    ],
)
def test_how_a_process_ended_is_the_outcome_of_its_case(
    monkeypatch: pytest.MonkeyPatch, status: int, n_oom_kills: int, is_amid_case: bool, outcome: str
) -> None:
    monkeypatch.setattr(deaths, "count_oom_kills", lambda: n_oom_kills)
    child = object.__new__(Child)
    child._n_oom_kills, child._process = 0, Ended(status)
    assert child.ending(is_amid_case=is_amid_case)[0] == outcome


@pytest.mark.heavy
def test_an_interrupted_session_is_resumed_in_processes_too(
    run: Run, saved: Saved, suite: pytest.Pytester
) -> None:
    arguments = (SAVE, "--asr-models", "steady,interrupted", "--asr-isolate")
    run(*arguments)
    assert [outcome for outcome, _ in outcomes(saved)] == ["measured"] * 3 + ["interrupted"]
    (journal,) = journals(suite)
    suite.path.joinpath("spare").touch()
    run(*arguments, "--asr-resume").assert_outcomes(passed=4)
    assert outcomes(saved) == [("measured", None)] * 4
    assert not journal.exists()


@pytest.mark.heavy
def test_the_session_itself_is_compared(run: Run, saved: Saved) -> None:
    run(SAVE, "--asr-variants", "baseline")
    result = run(SAVE, "--asr-isolate", "--asr-compare", "1", "--benchmark-json", "run.json")
    result.stdout.fnmatch_lines(["*compared with 1*"])
    assert saved()["asr"]["judgement"]["against"]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--pdb", "*does not go with --pdb*"),
        ("--benchmark-disable", "*does not go with --benchmark-disable*"),
        ("--asr-live=somewhere", "*not for the workers of asr-harness ab*"),
    ],
)
def test_what_no_process_of_its_own_can_do_is_refused(
    run: Run, suite: pytest.Pytester, option: str, message: str
) -> None:
    result = run("--asr-isolate", option)
    assert result.ret == EXIT_UNUSABLE
    result.stderr.fnmatch_lines([message])
    assert not list(suite.path.glob(".benchmarks/**/*.json*"))


def test_what_was_measured_and_not_replayed_is_kept(run: Run, saved: Saved, suite: pytest.Pytester) -> None:
    models = ("--asr-models", "steady,interrupted", SAVE)
    suite.runpytest_subprocess("-p", "no:cacheprovider", *models)
    suite.path.joinpath("test_transcribe.py").write_text(FAILS_ONCE_MEASURED)
    run(*models, "--asr-resume", "-x")
    assert [case["outcome"] for case in saved()["asr"]["cases"]] == ["failed", *["interrupted"] * 3]
    assert len(journals(suite)) == 1


FAILS_ONCE_MEASURED = """
def test_transcribe(benchmark, asr_run):
    n_rounds = asr_run.warm_up()
    benchmark.pedantic(asr_run.run_round, setup=asr_run.calibrate, rounds=n_rounds)
    benchmark.extra_info.update(asr_run.extra_info())
    assert not benchmark.name
"""
