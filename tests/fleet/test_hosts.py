"""Which case may go to which host."""

from pathlib import Path

import pytest

from asr_harness.fleet.hosts import Host, host_of, may_run, sticky_kinds
from asr_harness.fleet.work import environment
from tests.saved_runs import CASE, case_of, measured, write_run

NODE = {"NodeID": "abcdefgh", "NodeManagerAddress": "10.0.0.1", "Resources": {"CPU": 4.0}}


def test_a_host_is_what_it_declares() -> None:
    declared = {"Resources": {"GPU": 1.0, "asr:mps": 1.0}, "Labels": {"asr-threads": "4"}}
    host = host_of(NODE | declared, "A processor", 8, 2)
    assert host.devices == {"cpu", "cuda", "mps"}
    assert host.threads == 4
    assert host_of(NODE, "A processor", 8, 2).threads == 2


def test_a_case_goes_to_the_kind_of_machine_that_its_baseline_ran_on(tmp_path: Path) -> None:
    sticky = sticky_kinds([write_run(tmp_path / "run.json", measured(CASE))])
    same, other = (Host(cpu, cpu, frozenset({"cpu"}), (cpu, 2, 2)) for cpu in ("A processor", "Another"))
    case = case_of(CASE)
    assert may_run(case, same, sticky, [same, other])
    assert not may_run(case, other, sticky, [same, other])
    assert may_run(case, other, sticky, [other])
    assert may_run(case, other, {}, [same, other])


def test_a_case_goes_only_where_its_device_is() -> None:
    host = Host("a", "a", frozenset({"cpu"}), ("A processor", 2, 2))
    assert not may_run(case_of("whisper-tiny-cuda:1-5s-b1-baseline"), host, {}, [host])


def test_a_session_has_the_hosts_own_variables_and_stated_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "64")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert environment(4)["OMP_NUM_THREADS"] == "4"
    assert not {"OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES"} & environment(None).keys()
