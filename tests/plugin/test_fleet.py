"""A real cluster of several nodes on the loopback: one dies amid a case, and nothing is lost or doubled."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

import asr_harness
from asr_harness.cli.merge import write_merged
from asr_harness.devices.cpu import processor_name
from asr_harness.errors import RecordError
from asr_harness.fleet.driver import OURS, Driver, FleetCase, connect
from asr_harness.fleet.hosts import Kind, kind_of
from asr_harness.fleet.store import Store, ids
from asr_harness.judge import Evidence, judge
from asr_harness.judge.judgement import EXIT_UNUSABLE
from asr_harness.schema import Case, load_run
from asr_harness.schema.conditions import Conditions

Run = Callable[..., pytest.RunResult]
Saved = Callable[[], dict[str, Any]]
AMID_S = 4.0
TIMEOUT_S = 300


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in OURS.items():
        monkeypatch.setenv(name, value)
    utils = pytest.importorskip("ray.cluster_utils", reason="the extra [fleet] is not installed")
    made = utils.Cluster()
    made.add_node(num_cpus=1, num_gpus=1, labels={"asr-threads": "1", "asr-model-cuda": "One-GPU"})
    yield made
    made.shutdown()


@pytest.mark.heavy
@pytest.mark.filterwarnings("ignore")
def test_a_node_that_dies_amid_a_case_loses_nothing_and_doubles_nothing(
    suite: pytest.Pytester, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(suite.path)
    victim = cluster.add_node(num_cpus=1, labels={"asr-threads": "3"})
    cluster.add_node(num_cpus=1, num_gpus=1, labels={"asr-threads": "2", "asr-model-cuda": "Another-GPU"})
    cluster.wait_for_nodes()
    cases = [FleetCase(Case("steady", "cpu", "5s", size, "baseline"), 1.0) for size in (1, 2)]
    kept, lost = (one.case.id for one in cases)
    gpu_cases = [FleetCase(Case("steady", "cuda", "5s", size, "baseline"), 1.0) for size in (1, 2)]
    of_one, of_another = (one.case.id for one in gpu_cases)
    told: list[str] = []
    standings: list[Any] = []

    def tell(line: str) -> None:
        told.append(line)
        print(line, flush=True)
        if f":{victim.node_id[:6]} begins" in line and not any("is gone" in one for one in told):
            threading.Timer(AMID_S, cluster.remove_node, (victim,), {"allow_graceful": False}).start()

    ray = connect(cluster.address)
    try:
        store = Store.begin(suite.path / "fleet", Conditions(tests=(kept, lost)))
        here = processor_name(), psutil.cpu_count()
        sticky = {
            kept: Kind(*here, 2), lost: Kind(*here, 3),
            of_one: Kind(*here, 1, {"cuda": "One-GPU"}), of_another: Kind(*here, 2, {"cuda": "Another-GPU"}),
        }  # fmt: skip
        watch = SimpleNamespace(tell=tell, show=standings.append)
        driver = Driver(ray, store, ("--asr-devices=cpu,cuda",), None, watch)
        left = driver.run([*cases, *gpu_cases], sticky)
    finally:
        ray.shutdown()
    assert not left
    assert any(f"is gone amid {lost}" in line for line in told)
    begun = Counter(line.split(" begins ")[1] for line in told if " begins " in line)
    assert begun == {kept: 1, lost: 2, of_one: 1, of_another: 1}
    described = [line for line in told if "cuda (" in line]
    models = {line.split(": ")[0]: line.partition("cuda (")[2].rstrip(")") for line in described}
    places = {line.split(" begins ")[1]: line.split(" begins ")[0] for line in told if " begins " in line}
    assert [models[places[case_id]] for case_id in (of_one, of_another)] == ["One-GPU", "Another-GPU"]
    assert {one.case_id for standing in standings for one in standing.at_work} == begun.keys()
    path = Path("merged.json")
    write_merged(store.runs(), path)
    run = load_run(path)
    outcomes = Counter(record.outcome for record in run.records.values())
    assert outcomes == {"measured": 2, "unavailable": 2}
    measured = (kept, lost)
    threads = {case_id: kind_of(run.block.environment_of(case_id)).threads for case_id in measured}
    assert threads[kept] == 2
    assert threads[lost] in (1, 2)
    of_kept = replace(run.block, session_id="another", parts=(), environment=run.block.environment_of(kept))
    baseline = replace(run, block=of_kept, commit="b" * 40)
    judgement = judge(Evidence([baseline], [run]))
    kinds = {one.case_id for one in judgement.findings if one.verdict == "incomparable"}
    assert kinds == {case_id for case_id in measured if threads[case_id] != 2}


@pytest.fixture
def address() -> Iterator[str]:
    """A cluster as a person starts one: `ray start --head`."""
    pytest.importorskip("ray", reason="the extra [fleet] is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block", f"--port={port}",
        "--node-ip-address=127.0.0.1", "--num-cpus=1", "--include-dashboard=false", "--disable-usage-stats",
    ]  # fmt: skip
    head = subprocess.Popen(command, env=os.environ | OURS, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        end_s = monotonic() + TIMEOUT_S
        while not is_listening(port):
            assert head.poll() is None
            assert monotonic() < end_s
            sleep(0.2)
        yield f"127.0.0.1:{port}"
    finally:
        family = [psutil.Process(head.pid), *psutil.Process(head.pid).children(recursive=True)]
        head.terminate()
        for process in psutil.wait_procs(family, 30)[1]:
            process.kill()
        head.wait(TIMEOUT_S)


def is_listening(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def fleet(suite: pytest.Pytester, address: str, *words: str) -> subprocess.Popen[str]:
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    start = f"{heeding}; from asr_harness.cli import main; raise SystemExit(main())"
    own = {"RAY_ADDRESS": address, "COLUMNS": "100", "PYTHONPATH": str(Path(asr_harness.__file__).parents[1])}
    return subprocess.Popen(
        [sys.executable, "-c", start, "fleet", "--", *words], cwd=suite.path, env=os.environ | own,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.heavy
@pytest.mark.filterwarnings("ignore")
def test_an_interrupted_fleet_on_a_running_cluster_goes_on(suite: pytest.Pytester, address: str) -> None:
    first = fleet(suite, address)
    assert first.stdout is not None
    heard = list(takewhile(lambda line: not line.startswith("[1/2]"), iter(first.stdout.readline, "")))
    first.send_signal(signal.SIGINT)
    rest, _ = first.communicate(timeout=TIMEOUT_S)
    assert "interrupted; 1 case kept" in rest, "".join(heard) + rest
    refused = fleet(suite, address)
    refused.communicate(timeout=TIMEOUT_S)
    assert refused.returncode == EXIT_UNUSABLE
    again = fleet(suite, address, "--asr-resume")
    said, _ = again.communicate(timeout=TIMEOUT_S)
    assert again.returncode == 0, said
    (first_case,) = {line.split(" begins ")[1].strip() for line in heard if " begins " in line}
    (path,) = suite.path.glob(".benchmarks/fleet_*.json")
    run = load_run(path)
    assert [record.outcome for record in run.records.values()] == ["measured"] * 2
    begun = [line.split(" begins ")[1].strip() for line in said.splitlines() if " begins " in line]
    assert begun == [case_id for case_id in run.records if case_id != first_case]
    assert not suite.path.joinpath(".benchmarks", "fleet").exists()


def test_a_session_lists_its_cases_and_measures_none(run: Run, suite: pytest.Pytester) -> None:
    run("--asr-selected=listed", "--benchmark-autosave")
    listed = json.loads(suite.path.joinpath("listed").read_text())
    assert [one["case"]["batch_size"] for one in listed["cases"]] == [1, 2]
    assert not list(suite.path.glob(".benchmarks/**/*.json*"))


def test_a_session_measures_a_list_of_cases(run: Run, saved: Saved, suite: pytest.Pytester) -> None:
    listed = suite.path / "cases"
    listed.write_text("steady-cpu-5s-b2-baseline\n")
    run("--asr-cases=cases", "--benchmark-autosave").assert_outcomes(passed=1, deselected=1)
    assert [one["case"]["batch_size"] for one in saved()["asr"]["cases"]] == [2]
    listed.write_text("unheard-of")
    result = run("--asr-cases=cases")
    assert result.ret == EXIT_UNUSABLE
    result.stderr.fnmatch_lines(["*lists 'unheard-of', which is not selected*"])


def test_finished_cases_outlast_the_driver(run: Run, suite: pytest.Pytester) -> None:
    run("--asr-batch-sizes=1", "--benchmark-json=run.json")
    content = suite.path.joinpath("run.json").read_bytes()
    conditions, case_id = Conditions(tests=("a",)), "steady-cpu-5s-b1-baseline"
    Store.begin(suite.path / "fleet", conditions).add(case_id, content)
    with pytest.raises(RecordError, match="add --asr-resume"):
        Store.begin(suite.path / "fleet", conditions)
    with pytest.raises(RecordError, match="cannot be resumed: tests had a"):
        Store.resume(suite.path / "fleet", Conditions(tests=("b",)))
    store = Store.resume(suite.path / "fleet", conditions)
    assert ids(store.runs()) == {case_id}
    with pytest.raises(RecordError, match="other cases than another"):
        store.add("another", content)
    assert ids(store.runs()) == {case_id}
