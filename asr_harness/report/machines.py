"""What machines the runs came from, in words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asr_harness.counting import counted
from asr_harness.metrics import units

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from asr_harness.runs.summary import Summary
    from asr_harness.schema import CaseResult, Environment

SHOWN_VERSIONS = ("torch", "transformers", "asr-harness")


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """A machine with its software, as it is printed."""

    name: str
    memory: str
    system: str
    versions: str
    runs: str


def machines(runs: Sequence[Summary]) -> tuple[MachineFacts, ...]:
    """List the different environments, in the order of their runs."""
    counts = Counter(run.machine.digest for run in runs)
    first = {run.machine.digest: run.machine.environment for run in reversed(runs)}
    return tuple(_facts(first[digest], n_runs) for digest, n_runs in counts.items())


def _facts(environment: Environment, n_runs: int) -> MachineFacts:
    versions = [f"Python {environment.python or '?'}"]
    versions += [
        f"{name} {environment.versions[name]}" for name in SHOWN_VERSIONS if environment.versions.get(name)
    ]
    gpus = [units.memory(gpu.memory_bytes) for gpu in environment.gpus]
    memory = units.memory(environment.memory_bytes)
    return MachineFacts(
        name=environment.machine,
        memory=f"{memory}, GPU {', '.join(gpus)}" if gpus else memory,
        system=environment.system or units.UNMEASURED,
        versions=", ".join(versions),
        runs=f"{n_runs:,}",
    )


def changes(results: Iterable[CaseResult]) -> list[str]:
    """Say where machine or process were others after a case than before."""
    results = tuple(results)
    changed = Counter(
        f"{name} was {before}, then {after}"
        for result in results
        for name, (before, after) in result.machine.changes.items()
    )
    settings = Counter(name for result in results for name in result.machine.settings)
    return [
        *(f"the machine changed during {counted(n, 'case')}: {change}" for change, n in changed.items()),
        *(
            f"the process's {name} was changed by {counted(n, 'case')}, and put back"
            for name, n in settings.items()
        ),
    ]
