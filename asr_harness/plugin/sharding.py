"""`--asr-shard 2/5`: the second of five shares of the selected cases, the same on every machine.

Shares are balanced by a forecast for a nominal machine: a real one's pace would cut them differently
elsewhere, and cases would be lost between them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asr_harness.counting import counted
from asr_harness.devices import HOST, key_of
from asr_harness.errors import AsrHarnessError, GridError
from asr_harness.paths import read_file
from asr_harness.schema import SavedShard

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from asr_harness.grid import Plan
    from asr_harness.schema import Case

FORM = re.compile(r"([0-9]{1,6})/([0-9]{1,6})")
MAX_LIST_BYTES = 64 << 20
NOMINAL = {"host": (5e10, 1e10), "accelerator": (1e13, 1e12)}
"""FLOP/s and bytes/s that shares are planned by; only their proportions matter."""


def parse(given: str) -> tuple[int, int]:
    """Read `2/5`. Raises GridError for anything that is no share."""
    match = FORM.fullmatch(given.strip())
    index, n_shards = (int(part) for part in match.groups()) if match else (0, 0)
    if not 1 <= index <= n_shards:
        raise GridError(f"--asr-shard {given!r} is no share; 1/5 is the first of five, 5/5 the last")
    return index, n_shards


def listed(path: Path) -> frozenset[str]:
    """Read the ids of cases, one a line. Raises GridError where that is no such file."""
    try:
        return frozenset(read_file(path, MAX_LIST_BYTES).decode("utf-8").split())
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise GridError(
            f"--asr-cases {path}: cannot be read ({why}); give a file that lists cases, one a line"
        ) from error


def shard_of(given: str, cases: Sequence[Case], plan: Plan) -> tuple[SavedShard, frozenset[str]]:
    """Give what is to be saved of a share, and the ids of its cases.

    Raises GridError where the share is none, or has no case.
    """
    index, n_shards = parse(given)
    if n_shards > len(cases):
        raise GridError(
            f"--asr-shard {given}: of {counted(len(cases), 'selected case')} some shards would have none; "
            f"ask for at most {len(cases)}"
        )
    shares = balanced({case.id: nominal_s(plan, case) for case in cases}, n_shards)
    return SavedShard(index, n_shards, tuple(cases)), frozenset(shares[index - 1])


def balanced(costs_s: Mapping[str, float], n_shards: int) -> list[list[str]]:
    """Share out cases, the costliest first, each to the share that has least so far.

    Graham's longest-processing-time rule: the longest share is at most a third above the best possible one.
    The order of the cases does not matter.
    """
    shares: list[list[str]] = [[] for _ in range(n_shards)]
    loads = [(0.0, 0)] * n_shards
    for case_id in sorted(costs_s, key=lambda one: (-costs_s[one], one)):
        least = loads.index(min(loads))
        shares[least].append(case_id)
        loads[least] = (loads[least][0] + costs_s[case_id], loads[least][1] + 1)
    return shares


def nominal_s(plan: Plan, case: Case) -> float:
    """Forecast a case's seconds from its names and its architecture alone, the same on every machine.

    A system whose cost cannot be estimated counts with the time of its rounds.
    """
    from asr_harness import systems
    from asr_harness.devices.instruments.probe import ProbeSpeed
    from asr_harness.measure.rounds import MIN_ROUNDS
    from asr_harness.plugin.preflight import LOAD_BYTES_PER_S

    try:
        cost = systems.estimate_cost(
            plan.sources[case.model],
            weights=plan.weights,  # type: ignore[arg-type]
            batch_size=case.batch_size,
            audio_s=sum(plan.buckets_s[case.bucket]) / 2,
            variant=plan.variants[case.variant],
        )
    except AsrHarnessError:
        return plan.time_s
    speed = ProbeSpeed(*NOMINAL["host" if key_of(case.device) == HOST.key else "accelerator"])
    pass_s = cost.seconds(speed) * plan.n_utterances / case.batch_size
    return pass_s + max(MIN_ROUNDS * pass_s, plan.time_s) + cost.weight_bytes / LOAD_BYTES_PER_S
