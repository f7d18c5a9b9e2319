"""The crash study finds nothing lost, and would find it if something were."""

import json
import os
import sys
from pathlib import Path

import pytest

from tests import saved_runs
from tools import crash_study, killed_sessions, killed_workers, small_suite

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/self/fd")


def problems(n_kills: int = 0) -> int:
    _, found = crash_study.study(n_kills, seed=0, with_tmpfs=False)
    return sum(sum(each.values()) for each in found.values())


@pytest.mark.heavy
def test_no_fault_of_a_save_loses_a_case() -> None:
    assert problems(n_kills=5) == 0


@pytest.mark.heavy
@pytest.mark.parametrize("name", ["write_all", "sync_folder"])
def test_what_is_not_synced_is_lost(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    careless = {"write_all": os.write, "sync_folder": lambda _: None}[name]
    monkeypatch.setattr(f"asr_harness.runs.journal.{name}", careless)
    assert problems() > 0


@pytest.mark.heavy
def test_whole_sessions_that_are_killed_lose_nothing() -> None:
    trials = [*killed_sessions.killed_sessions(2, seed=0), *killed_workers.killed_workers(1, seed=0)]
    assert [problems for _, problems in trials if problems] == []


def test_a_case_that_is_measured_twice_or_lost_counts(tmp_path: Path) -> None:
    """By what a journal held before a kill, and what the saved run holds."""
    small_suite.lay_out(tmp_path / "suite")
    small_suite.environment(tmp_path)
    storage = tmp_path / "suite" / ".benchmarks" / "machine"
    storage.mkdir(parents=True)
    made = [saved_runs.measured(f"ctc-mini-cpu-5s-b{size}-baseline") for size in (1, 2)]
    content = saved_runs.content(*made)
    for benchmark in content["benchmarks"]:
        benchmark["stats"] = {"data": [1.5, 2.5]}
    (storage / "0001_run.json").write_text(json.dumps(content))
    (tmp_path / "tmp" / "asr-harness-isolated-abcdefgh").mkdir()
    story = killed_sessions.Story(
        tmp_path,
        is_isolated=False,
        kept={made[0].test_id: (1.5, 2.5), made[1].test_id: (1.5, 3.0), "a test": (1.5,)},
    )
    assert story.look() == [
        "2 of 3 cases measured",
        f"lost: {made[1].test_id}",
        "lost: a test",
        "left behind: tmp/asr-harness-isolated-abcdefgh",
    ]
