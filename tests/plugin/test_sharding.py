"""A share of a session: the same cut everywhere, balanced, and a plain session otherwise."""

import itertools
import random
from collections.abc import Callable
from typing import Any

import pytest

from asr_harness.cli import main
from asr_harness.judge.judgement import EXIT_UNUSABLE
from asr_harness.plugin.sharding import balanced
from asr_harness.runs.device_locks import DeviceLocks

Run = Callable[..., pytest.RunResult]
Saved = Callable[[], dict[str, Any]]


def test_every_case_is_in_one_share_whatever_the_order() -> None:
    costs_s = {f"case{n}": float(n % 7) for n in range(40)}
    shares = balanced(costs_s, 5)
    assert sorted(itertools.chain(*shares)) == sorted(costs_s)
    shuffled = list(costs_s)
    random.Random(1).shuffle(shuffled)
    assert balanced({name: costs_s[name] for name in shuffled}, 5) == shares


def test_shares_take_about_as_long_and_none_is_empty() -> None:
    costs_s = {"long": 9.0, "a": 4.0, "b": 3.0, "c": 2.0}
    assert balanced(costs_s, 2) == [["long"], ["a", "b", "c"]]
    assert all(balanced(dict.fromkeys("abc", 0.0), 3))


def test_shares_are_sessions_that_merge_into_the_whole(
    run: Run, saved: Saved, suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(suite.path)
    ids = []
    for index in (1, 2):
        run("--benchmark-autosave", f"--asr-shard={index}/2").assert_outcomes(passed=1, deselected=1)
        block = saved()["asr"]
        ids += [case["test_id"] for case in block["cases"]]
        assert block["shard"]["index"] == index
        assert len(block["shard"]["selected"]) == 2
    assert len(set(ids)) == 2
    assert main(["merge", ".benchmarks", "-o", "merged.json"]) == 0


@pytest.mark.parametrize(
    ("share", "message"),
    [("3/2", "*'3/2' is no share*"), ("x", "*'x' is no share*"), ("1/9", "*of 2 selected cases*at most 2*")],
)
def test_a_share_that_is_none_is_refused(run: Run, share: str, message: str) -> None:
    result = run("--asr-shard", share)
    assert result.ret == EXIT_UNUSABLE
    result.stderr.fnmatch_lines([message])


def test_a_session_waits_for_its_devices(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    locks = DeviceLocks()
    locks.acquire(["cpu"], print)
    monkeypatch.setattr("asr_harness.runs.device_locks.sleep", lambda _: locks.release())
    result = run("--asr-batch-sizes", "1")
    result.stdout.fnmatch_lines(["waiting for cpu, on which another session is timing: process*"])
    result.assert_outcomes(passed=1)
