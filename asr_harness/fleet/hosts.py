"""The hosts of a cluster: what they declare, and which cases may go to which."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from asr_harness.schema import Case, Environment, RunFile

THREADS_LABEL = "asr-threads"
MODEL_LABEL = "asr-model-"
"""A host's `cuda` is a certain GPU by the label `asr-model-cuda`, where its driver does not say so."""
RESOURCE = "asr:"
"""A host has the device `mps` if it declares the custom resource `asr:mps`; `cuda` also by Ray's own GPUs."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What times are not compared across: processor, logical cores, threads, and for a device its model."""

    processor: str | None
    n_cores: int | None
    threads: int | None
    models: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Description:
    """What a host says of itself: its processor, logical cores, and by device the model of the first one."""

    processor: str
    n_cores: int
    models: Mapping[str, str] = field(default_factory=dict)


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
        return self.kind.threads


def devices_of(node: Mapping[str, Any]) -> frozenset[str]:
    """Read what a node declares beside its processor."""
    resources = node.get("Resources", {})
    devices = {name.removeprefix(RESOURCE) for name in resources if name.startswith(RESOURCE)}
    return frozenset(devices | {"cuda"} if resources.get("GPU") else devices)


def host_of(node: Mapping[str, Any], said: Description, threads: int | None) -> Host:
    """Make a host of a node and what it says; its labels go before that, and before the fleet's threads."""
    labels = node.get("Labels") or {}
    own = int(labels[THREADS_LABEL]) if str(labels.get(THREADS_LABEL, "")).isdecimal() else threads
    name = f"{node.get('NodeManagerHostname') or node['NodeManagerAddress']}:{node['NodeID'][:6]}"
    labelled = {
        key.removeprefix(MODEL_LABEL): str(model)
        for key, model in labels.items()
        if key.startswith(MODEL_LABEL)
    }
    kind = Kind(said.processor, said.n_cores, own, {**said.models, **labelled})
    return Host(node["NodeID"], name, frozenset({"cpu", *devices_of(node)}), kind)


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
    gpus = {"cuda": environment.gpus, **environment.accelerators}
    models = {key: of_key[0].name for key, of_key in gpus.items() if of_key and of_key[0].name}
    return Kind(environment.cpu, environment.n_logical_cores, environment.n_threads, models)


def may_run(case: Case, host: Host, sticky: Mapping[str, Kind], hosts: Sequence[Host]) -> bool:
    """Whether a case may go to a host: of the kind that its baseline ran on, if any host is."""
    from asr_harness.devices import key_of

    key = key_of(case.device)
    if key not in host.devices:
        return False
    wanted = sticky.get(case.id)
    able = [one for one in hosts if wanted is not None and key in one.devices]
    kept = [one for one in able if wanted is not None and _is_kind(one.kind, wanted, key)]
    return not kept or host in kept


def _is_kind(kind: Kind, wanted: Kind, device: str) -> bool:
    # Without a number of its own, a host's sessions take what they like, as the baseline's did.
    threads_fit = kind.threads in (None, wanted.threads)
    models = {of.models[device] for of in (kind, wanted) if device in of.models}
    is_alike = (kind.processor, kind.n_cores) == (wanted.processor, wanted.n_cores)
    return is_alike and threads_fit and len(models) <= 1
