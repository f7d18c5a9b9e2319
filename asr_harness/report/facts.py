"""What machines the runs came from, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asr_harness.metrics import units
from asr_harness.tidy import digest, machine_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.saved import SavedRun

SHOWN_VERSIONS = ("torch", "transformers", "asr-harness")


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine with its software, as it is printed."""

    name: str
    memory: str
    system: str
    versions: str
    runs: str


def machines(runs: Sequence[SavedRun]) -> tuple[Machine, ...]:
    """List the different environments, in the order of their runs."""
    found: dict[str, list[SavedRun]] = {}
    for run in runs:
        found.setdefault(digest(run.environment), []).append(run)
    return tuple(_machine(group[0].environment, group) for group in found.values())


def _machine(environment: Mapping[str, Any], runs: Sequence[SavedRun]) -> Machine:
    versions = environment.get("versions") or {}
    named = [f"Python {environment.get('python') or '?'}"]
    named += [f"{name} {versions[name]}" for name in SHOWN_VERSIONS if versions.get(name)]
    gpus = [units.memory(gpu.get("memory_bytes")) for gpu in environment.get("gpus") or ()]
    memory = units.memory(environment.get("memory_bytes"))
    return Machine(
        name=machine_name(environment),
        memory=f"{memory}, GPU {', '.join(gpus)}" if gpus else memory,
        system=str(environment.get("system") or units.UNMEASURED),
        versions=", ".join(named),
        runs=f"{len(runs)}",
    )
