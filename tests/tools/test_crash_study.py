"""The crash study finds nothing lost, and would find it if something were."""

import os
import sys

import pytest

from tools import crash_study

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/self/fd")


def problems(n_kills: int = 0) -> int:
    _, found = crash_study.study(n_kills, seed=0, with_tmpfs=False)
    return sum(sum(each.values()) for each in found.values())


def test_no_fault_of_a_save_loses_a_case() -> None:
    assert problems(n_kills=5) == 0


@pytest.mark.heavy
@pytest.mark.parametrize("name", ["write_all", "sync_folder"])
def test_what_is_not_synced_is_lost(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    careless = {"write_all": os.write, "sync_folder": lambda _: None}[name]
    monkeypatch.setattr(f"asr_harness.runs.journal.{name}", careless)
    assert problems() > 0
