"""A real cluster of several nodes on the loopback: one dies amid a case, and nothing is lost or doubled."""

import threading
from collections import Counter
from pathlib import Path
from typing import Any

import psutil
import pytest

from asr_harness.cli.fleet import _selected
from asr_harness.cli.merge import write_merged
from asr_harness.devices.cpu import processor_name
from asr_harness.fleet.driver import Driver, connect
from asr_harness.fleet.hosts import kind_of
from asr_harness.fleet.store import Store
from asr_harness.schema import load_run

pytest.importorskip("ray", reason="the extra [fleet] is not installed")

AMID_S = 4.0
SELECTION = ("test_transcribe.py",)


@pytest.fixture
def cluster() -> Any:
    from ray.cluster_utils import Cluster

    made = Cluster()
    made.add_node(num_cpus=1, labels={"asr-threads": "1"})
    yield made
    made.shutdown()


@pytest.mark.heavy
@pytest.mark.filterwarnings("ignore")
def test_a_node_that_dies_amid_a_case_loses_nothing_and_doubles_nothing(
    suite: pytest.Pytester, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(suite.path)
    victim = cluster.add_node(num_cpus=1, labels={"asr-threads": "1"})
    cluster.add_node(num_cpus=1, labels={"asr-threads": "2"})
    cluster.wait_for_nodes()
    conftest = suite.path / "conftest.py"
    conftest.write_text(conftest.read_text().replace("(1, 2), variants", "(1, 2, 4), variants"))
    cases, conditions = _selected([*SELECTION])
    sticky_case = cases[0].case.id
    told: list[str] = []

    def tell(line: str) -> None:
        told.append(line)
        print(line, flush=True)
        if f":{victim.node_id[:6]} begins" in line and not any("is gone" in one for one in told):
            threading.Timer(AMID_S, cluster.remove_node, (victim,), {"allow_graceful": False}).start()

    ray = connect(cluster.address)
    try:
        store = Store.begin(suite.path / "fleet", conditions)
        sticky = {sticky_case: (processor_name(), psutil.cpu_count(), 2)}
        left = Driver(ray, store, SELECTION, None, tell).run(cases, sticky)
    finally:
        ray.shutdown()
    assert not left
    assert any("is gone amid" in line for line in told)
    begun = Counter(line.split(" begins ")[1] for line in told if " begins " in line)
    assert sorted(begun.values()) == [1] * (len(cases) - 1) + [2]
    path = Path("merged.json")
    write_merged(store.runs(), path)
    run = load_run(path)
    assert [record.outcome for record in run.records.values()] == ["measured"] * len(cases)
    threads = {case_id: kind_of(run.block.environment_of(case_id))[2] for case_id in run.records}
    assert threads.pop(sticky_case) == 2
