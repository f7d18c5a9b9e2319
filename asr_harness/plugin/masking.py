"""What a session leaves out of its files of the person and the machine, unless `--asr-identify` is given."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asr_harness.paths import is_there
from asr_harness.plugin import options
from asr_harness.privacy import NoMask, make_mask

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from asr_harness.grid import Plan
    from asr_harness.privacy import Mask
    from asr_harness.schema import CaseResult, EnergyMeasurement
    from asr_harness.schema.journal import JournalEntry

LOCATIONS = ("ASR_HARNESS_CACHE", "ASR_HARNESS_TEDLIUM", "HF_HOME", "TMPDIR")


class Masking:
    """Takes the host's name, and the project's as its remote has it, out of what pytest-benchmark saves."""

    def pytest_benchmark_update_machine_info(self, machine_info: dict[str, Any]) -> None:
        """Leave out the host's name."""
        machine_info["node"] = ""

    def pytest_benchmark_update_commit_info(self, commit_info: dict[str, Any]) -> None:
        """Leave out the project: the end of an address, which may hold a token, or a folder's name."""
        commit_info["project"] = ""


def session_mask(config: pytest.Config, plan: Plan) -> Mask:
    """Make the mask of a session's messages; it knows its project, corpus, checkpoints and caches."""
    if options.flag(config, "identify"):
        return NoMask()
    return make_mask((config.rootpath, Path.cwd(), *_locations(plan)))


def masked(entry: JournalEntry, mask: Mask) -> JournalEntry:
    """Give what became of a case without what its reasons tell of the person and the machine."""
    reason = None if entry.reason is None else mask(entry.reason)
    result = None if entry.result is None else _result(entry.result, mask)
    return replace(entry, reason=reason, result=result)


def _result(result: CaseResult, mask: Mask) -> CaseResult:
    energy = replace(
        result.energy,
        whole=_energy(result.energy.whole, mask),
        stages={name: _energy(of_stage, mask) for name, of_stage in result.energy.stages.items()},
    )
    reasons = {name: mask(reason) for name, reason in result.reasons.items()}
    return replace(result, energy=energy, reasons=reasons)


def _energy(measured: EnergyMeasurement, mask: Mask) -> EnergyMeasurement:
    return measured if measured.reason is None else replace(measured, reason=mask(measured.reason))


def _locations(plan: Plan) -> Iterator[Path]:
    named = (os.environ.get(name, "") for name in LOCATIONS)
    for location in (*plan.data.partition(":")[2].split(","), *plan.sources.values(), *named):
        # The id of a model on the hub looks like a path and is none.
        if "/" in location and is_there(location.strip()):
            path = Path(location.strip())
            yield path
            yield path.expanduser().resolve()
