"""The driver: keeps every device of every host busy with one case, until none is left.

A case whose host is gone goes to another. A case that a living host could not run is told and left: to try
again would hide it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from asr_harness.counting import counted
from asr_harness.devices import key_of
from asr_harness.errors import RecordError, UnavailableError
from asr_harness.fleet import work
from asr_harness.fleet.hosts import Host, devices_of, host_of, may_run
from asr_harness.fleet.standing import AtWork, Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asr_harness.fleet.hosts import Kind
    from asr_harness.fleet.standing import Watch
    from asr_harness.fleet.store import Store
    from asr_harness.schema import Case

POLL_S = 0.5
OURS = {"RAY_memory_monitor_refresh_ms": "0", "RAY_worker_niceness": "0"}
"""What a cluster that measures is started with."""
PROBE_S, GONE_S = 120.0, 60.0


@dataclass(frozen=True, slots=True)
class FleetCase:
    """A case, and the seconds that a nominal machine would take."""

    case: Case
    nominal_s: float


def connect(address: str | None) -> Any:
    """Join the cluster at an address, or start one of this machine. Raises UnavailableError without Ray."""
    try:
        ray = import_module("ray")
    except ImportError as error:
        raise UnavailableError(f"a fleet needs Ray: pip install 'asr-harness[fleet]' ({error})") from error
    # Its monitor ends tasks when memory is short; a case that runs out of memory is an outcome of its own.
    # And it runs tasks at low priority, where whatever else the host does would be in the times.
    for name, value in OURS.items():
        os.environ.setdefault(name, value)
    ray.init(address=address, log_to_driver=False, include_dashboard=False if address is None else None)
    return ray


class Driver:
    """Hands out cases; a `watch` hears a line for each thing that happens, and sees where it stands."""

    def __init__(
        self,
        ray: Any,
        store: Store,
        selection: Sequence[str],
        threads: int | None,
        watch: Watch,
    ) -> None:
        self._ray, self._store, self._tell, self._show = ray, store, watch.tell, watch.show
        self._selection, self._threads = tuple(selection), threads
        self._hosts: dict[str, Host] = {}
        self._running: dict[Any, tuple[FleetCase, Host]] = {}
        self._since_s: dict[str, float] = {}
        self._left: dict[str, str] = {}
        self._began_s, self._n_done, self._n_all = monotonic(), 0, 0

    def run(self, cases: Sequence[FleetCase], sticky: Mapping[str, Kind]) -> Mapping[str, str]:
        """Measure cases, the longest first; give a reason for each that has no outcome."""
        waiting = sorted(cases, key=lambda one: (-one.nominal_s, one.case.id))
        self._n_all = len(waiting)
        while waiting or self._running:
            hosts = self._find_hosts()
            self._hand_out(waiting, hosts, sticky)
            if not self._running:
                reason = f"no host of the fleet has its device ({counted(len(hosts), 'host')} there)"
                return self._left | {one.case.id: reason for one in waiting}
            self._show(self._standing())
            done, _ = self._ray.wait(list(self._running), timeout=POLL_S)
            for reference in done:
                waiting += self._finish(reference)
        return self._left

    def _find_hosts(self) -> list[Host]:
        alive = {node["NodeID"]: node for node in self._ray.nodes() if node["Alive"]}
        for gone in self._hosts.keys() - alive.keys():
            self._tell(f"{self._hosts.pop(gone).name} is gone")
        for node_id in alive.keys() - self._hosts.keys():
            task = self._task(work.describe, node_id)
            try:
                said = self._ray.get(task.remote(sorted(devices_of(alive[node_id]))), timeout=PROBE_S)
            except self._ray.exceptions.RayError as error:
                self._tell(f"node {node_id[:6]} does not answer: {type(error).__name__}")
                continue
            host = self._hosts[node_id] = host_of(alive[node_id], said, self._threads)
            threads = f", {host.threads} threads" if host.threads else ""
            self._tell(
                f"{host.name}: {said.processor}, {said.n_cores} cores{threads}; "
                f"{', '.join(_named(host, key) for key in sorted(host.devices))}"
            )
        return list(self._hosts.values())

    def _hand_out(self, waiting: list[FleetCase], hosts: Sequence[Host], sticky: Mapping[str, Kind]) -> None:
        busy = {(host.node_id, key_of(one.case.device)) for one, host in self._running.values()}
        for one in tuple(waiting):
            for host in hosts:
                place = host.node_id, key_of(one.case.device)
                if place not in busy and may_run(one.case, host, sticky, hosts):
                    task = self._task(work.measure, host.node_id)
                    reference = task.remote(one.case.id, self._selection, os.getcwd(), host.threads)  # noqa: PTH109
                    self._running[reference] = one, host
                    self._since_s[one.case.id] = monotonic()
                    busy.add(place)
                    waiting.remove(one)
                    self._tell(f"{host.name} begins {one.case.id}")
                    break

    def _finish(self, reference: Any) -> list[FleetCase]:
        """Take what a host gives back; give the case again if its host is gone."""
        one, host = self._running.pop(reference)
        try:
            content, last_words = self._ray.get(reference)
            if not content:
                raise RecordError(f"its session saved nothing; its last words:\n{last_words}")
            run = self._store.add(one.case.id, content)
        except self._ray.exceptions.RayError as error:
            if isinstance(error, self._ray.exceptions.RayTaskError) or not self._is_gone(host):
                return self._leave(one, host, f"{type(error).__name__}: {error}")
            self._tell(f"{host.name} is gone amid {one.case.id}, which is queued again")
            return [one]
        except RecordError as error:
            return self._leave(one, host, str(error))
        self._n_done += 1
        left_s = self._left_s() or 0.0
        outcome = run.records[one.case.id].outcome
        self._tell(
            f"[{self._n_done}/{self._n_all}] {one.case.id} {outcome} on {host.name}, "
            f"about {left_s:.0f} s left"
        )
        return []

    def _left_s(self) -> float | None:
        if not self._n_done:
            return None
        pace_s = (monotonic() - self._began_s) / self._n_done
        return pace_s * (self._n_all - self._n_done - len(self._left))

    def _standing(self) -> Standing:
        now_s = monotonic()
        at_work = tuple(
            AtWork(host.name, one.case.id, now_s - self._since_s[one.case.id])
            for one, host in self._running.values()
        )
        hosts = tuple(host.name for host in self._hosts.values())
        return Standing(hosts, at_work, self._n_done, self._n_all, self._left_s())

    def _is_gone(self, host: Host) -> bool:
        """Whether a host is gone, for which a cluster may need a while after its processes are."""
        end_s = monotonic() + GONE_S
        while any(node["NodeID"] == host.node_id and node["Alive"] for node in self._ray.nodes()):
            if monotonic() > end_s:
                return False
            sleep(POLL_S)
        return True

    def _leave(self, one: FleetCase, host: Host, reason: str) -> list[FleetCase]:
        self._left[one.case.id] = f"{host.name}: {reason}"
        self._tell(f"{one.case.id} has no outcome: {self._left[one.case.id]}")
        return []

    def _task(self, function: Callable[..., Any], node_id: str) -> Any:
        strategies = import_module("ray.util.scheduling_strategies")
        here = strategies.NodeAffinitySchedulingStrategy(node_id, soft=False)
        # Ray tries three times by itself; a round that was measured twice would be a secret.
        options = {"num_cpus": 0, "max_retries": 0, "scheduling_strategy": here}
        return self._ray.remote(function).options(**options)


def _named(host: Host, device: str) -> str:
    model = host.kind.models.get(device)
    return f"{device} ({model})" if model else device
