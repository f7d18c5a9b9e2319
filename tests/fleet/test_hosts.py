"""Which case may go to which host."""

from pathlib import Path

import pytest

from asr_harness.fleet.hosts import Description, Host, Kind, host_of, may_run, sticky_kinds
from asr_harness.fleet.work import environment
from asr_harness.schema.environment import Gpu
from tests.saved_runs import CASE, case_of, measured, write_run

NODE = {"NodeID": "abcdefgh", "NodeManagerAddress": "10.0.0.1", "Resources": {"CPU": 4.0}}
SAID = Description("A processor", 8, {"cuda": "One GPU"})


def test_a_host_is_what_it_declares() -> None:
    declared = {"Resources": {"GPU": 1.0, "asr:mps": 1.0}, "Labels": {"asr-threads": "4"}}
    host = host_of(NODE | declared, SAID, 2)
    assert host.devices == {"cpu", "cuda", "mps"}
    assert host.threads == 4
    assert host_of(NODE, SAID, 2).threads == 2


def test_a_case_goes_to_the_kind_of_machine_that_its_baseline_ran_on(tmp_path: Path) -> None:
    sticky = sticky_kinds([write_run(tmp_path / "run.json", measured(CASE))])
    same, other = (Host(cpu, cpu, frozenset({"cpu"}), Kind(cpu, 2, 2)) for cpu in ("A processor", "Another"))
    case = case_of(CASE)
    assert may_run(case, same, sticky, [same, other])
    assert not may_run(case, other, sticky, [same, other])
    assert may_run(case, other, sticky, [other])
    assert may_run(case, other, {}, [same, other])


def test_a_case_of_a_device_goes_to_the_model_that_its_baseline_ran_on(tmp_path: Path) -> None:
    gpu_case = CASE.replace("-cpu-", "-cuda-")
    saved = write_run(tmp_path / "run.json", measured(gpu_case), environment={"gpus": (Gpu("One GPU"),)})
    sticky = sticky_kinds([saved])
    wanted = sticky[gpu_case]
    assert wanted.models == {"cuda": "One GPU"}
    of_cpu = {"processor": wanted.processor, "n_cores": wanted.n_cores, "threads": wanted.threads}
    first, second, unnamed, without = (
        Host(name, name, frozenset({"cpu", *own}), Kind(**of_cpu, models=models))
        for name, own, models in (
            ("first", ("cuda",), {"cuda": "One GPU"}),
            ("second", ("cuda",), {"cuda": "Another GPU"}),
            ("unnamed", ("cuda",), {}),
            ("without", (), {}),
        )
    )
    case, hosts = case_of(gpu_case), [first, second, without]
    assert [may_run(case, host, sticky, hosts) for host in hosts] == [True, False, False]
    assert may_run(case, unnamed, sticky, [second, unnamed])
    # Where no host is of that kind, any that has the device may; one that has none keeps it from nobody.
    assert may_run(case, second, sticky, [second, without])
    assert host_of(NODE | {"Labels": {"asr-model-cuda": "Two GPU"}}, SAID, 2).kind.models == {
        "cuda": "Two GPU"
    }


def test_a_case_goes_only_where_its_device_is() -> None:
    host = Host("a", "a", frozenset({"cpu"}), Kind("A processor", 2, 2))
    assert not may_run(case_of("whisper-tiny-cuda:1-5s-b1-baseline"), host, {}, [host])


def test_a_session_has_the_hosts_own_variables_and_stated_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "64")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert environment(4)["OMP_NUM_THREADS"] == "4"
    assert not {"OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES"} & environment(None).keys()
