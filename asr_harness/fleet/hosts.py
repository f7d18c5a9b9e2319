"""The hosts of a cluster: what they declare, and which cases may go to which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from asr_harness.schema import Case, Environment, RunFile

THREADS_LABEL = "asr-threads"
RESOURCE = "asr:"
"""A host has the device `mps` if it declares the custom resource `asr:mps`; `cuda` also by Ray's own GPUs."""

Kind = tuple[str | None, int | None, int | None]
"""Processor, logical cores and threads: where one differs, times are not compared."""


@dataclass(frozen=True, slots=True)
class Host:
    """A host by its node id; `threads` are what its sessions are to use, None for as many as they like."""

    node_id: str
    name: str
    devices: frozenset[str]
    kind: Kind

    @property
    def threads(self) -> int | None:
        """The number of threads that its sessions are given."""
        return self.kind[2]


def host_of(node: Mapping[str, Any], processor: str, n_cores: int, threads: int | None) -> Host:
    """Make a host of what Ray says of its node; its label for threads goes before the fleet's own number."""
    resources, labels = node.get("Resources", {}), node.get("Labels") or {}
    devices = {name.removeprefix(RESOURCE) for name in resources if name.startswith(RESOURCE)}
    if resources.get("GPU"):
        devices.add("cuda")
    own = int(labels[THREADS_LABEL]) if str(labels.get(THREADS_LABEL, "")).isdecimal() else threads
    name = f"{node.get('NodeManagerHostname') or node['NodeManagerAddress']}:{node['NodeID'][:6]}"
    return Host(node["NodeID"], name, frozenset({"cpu", *devices}), (processor, n_cores, own))


def sticky_kinds(baseline: Iterable[RunFile]) -> dict[str, Kind]:
    """Give for each case the kind of machine that its newest baseline ran on; runs are oldest first."""
    return {
        case_id: kind_of(run.block.environment_of(case_id))
        for run in baseline
        for case_id, record in run.records.items()
        if record.result is not None
    }


def kind_of(environment: Environment) -> Kind:
    """Read the kind of machine from what a run says of it."""
    return environment.cpu, environment.n_logical_cores, environment.n_threads


def may_run(case: Case, host: Host, sticky: Mapping[str, Kind], hosts: Sequence[Host]) -> bool:
    """Whether a case may go to a host: of the kind that its baseline ran on, if any host is."""
    from asr_harness.devices import key_of

    if key_of(case.device) not in host.devices:
        return False
    wanted = sticky.get(case.id)
    kept = [one for one in hosts if wanted is not None and _is_kind(one, wanted)]
    return not kept or host in kept


def _is_kind(host: Host, kind: Kind) -> bool:
    # Without a number of its own, a host's sessions take what they like, as the baseline's did.
    return host.kind[:2] == kind[:2] and host.kind[2] in (None, kind[2])
