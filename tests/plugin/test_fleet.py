"""A real cluster of several nodes on the loopback: one dies amid a case, and nothing is lost or doubled."""

import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from asr_harness.cli.merge import write_merged
from asr_harness.devices.cpu import processor_name
from asr_harness.errors import RecordError
from asr_harness.fleet.driver import OURS, Driver, FleetCase, connect
from asr_harness.fleet.hosts import kind_of
from asr_harness.fleet.store import Store, ids
from asr_harness.judge import Evidence, judge
from asr_harness.judge.judgement import EXIT_UNUSABLE
from asr_harness.schema import Case, load_run
from asr_harness.schema.conditions import Conditions

Run = Callable[..., pytest.RunResult]
Saved = Callable[[], dict[str, Any]]
AMID_S = 4.0


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in OURS.items():
        monkeypatch.setenv(name, value)
    utils = pytest.importorskip("ray.cluster_utils", reason="the extra [fleet] is not installed")
    made = utils.Cluster()
    made.add_node(num_cpus=1, labels={"asr-threads": "1"})
    yield made
    made.shutdown()


@pytest.mark.heavy
@pytest.mark.filterwarnings("ignore")
def test_a_node_that_dies_amid_a_case_loses_nothing_and_doubles_nothing(
    suite: pytest.Pytester, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(suite.path)
    victim = cluster.add_node(num_cpus=1, labels={"asr-threads": "3"})
    cluster.add_node(num_cpus=1, labels={"asr-threads": "2"})
    cluster.wait_for_nodes()
    cases = [FleetCase(Case("steady", "cpu", "5s", size, "baseline"), 1.0) for size in (1, 2)]
    kept, lost = (one.case.id for one in cases)
    told: list[str] = []

    def tell(line: str) -> None:
        told.append(line)
        print(line, flush=True)
        if f":{victim.node_id[:6]} begins" in line and not any("is gone" in one for one in told):
            threading.Timer(AMID_S, cluster.remove_node, (victim,), {"allow_graceful": False}).start()

    ray = connect(cluster.address)
    try:
        store = Store.begin(suite.path / "fleet", Conditions(tests=(kept, lost)))
        here = processor_name(), psutil.cpu_count()
        left = Driver(ray, store, (), None, tell).run(cases, {kept: (*here, 2), lost: (*here, 3)})
    finally:
        ray.shutdown()
    assert not left
    assert any(f"is gone amid {lost}" in line for line in told)
    assert Counter(line.split(" begins ")[1] for line in told if " begins " in line) == {kept: 1, lost: 2}
    path = Path("merged.json")
    write_merged(store.runs(), path)
    run = load_run(path)
    assert [record.outcome for record in run.records.values()] == ["measured"] * 2
    threads = {case_id: kind_of(run.block.environment_of(case_id))[2] for case_id in run.records}
    assert threads[kept] == 2
    assert threads[lost] in (1, 2)
    of_kept = replace(run.block, session_id="another", parts=(), environment=run.block.environment_of(kept))
    baseline = replace(run, block=of_kept, commit="b" * 40)
    judgement = judge(Evidence([baseline], [run]))
    kinds = {one.case_id for one in judgement.findings if one.verdict == "incomparable"}
    assert kinds == {case_id for case_id in run.records if threads[case_id] != 2}


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
    result.stderr.fnmatch_lines(["*lists unheard-of, which is not selected*"])


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
