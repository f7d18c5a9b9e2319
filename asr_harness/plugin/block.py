"""The `asr` block of a session's file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness.measure.frontier import oom_frontiers
from asr_harness.plugin.conditions import saved_plan
from asr_harness.schema import Block, Environment, MachinePeaks, SessionCost
from asr_harness.schema.part import dump, load, savable_text

if TYPE_CHECKING:
    from asr_harness.plugin.ledger import Ledger
    from asr_harness.plugin.workbench import Workbench
    from asr_harness.schema import SavedJudgement


def make_block(ledger: Ledger, workbench: Workbench, wall_s: float) -> Block:
    """Describe a session: its cases, its plan, and what it ran on."""
    return Block(
        cases=ledger.cases(),
        environment=load(Environment, _savable(_environment()), "this machine"),
        session_id=ledger.session_id,
        profile=workbench.plan.profile,
        plan=saved_plan(workbench.plan),
        session=SessionCost(wall_s, workbench.loading_s),
        peaks={
            device: MachinePeaks(dict(peaks.flops_per_s), peaks.bytes_per_s)
            for device, peaks in workbench.peaks.items()
        },
    )


def dump_block(block: Block) -> dict[str, Any]:
    """Give the block as plain values; and beside it, for people alone, where memory ran out."""
    return {**dump(block), "oom_frontier": oom_frontiers(block.cases)}


def add_judgement(plain: dict[str, Any], judgement: SavedJudgement) -> None:
    """Add to a dumped block what the session judged, which it can only do with the rest of its file."""
    plain["judgement"] = dump(judgement)


def _environment() -> Any:
    from asr_harness.meters import environment

    return environment.describe()


def _savable(value: Any) -> Any:
    """Mend the texts in plain values: a variable of the environment may hold any bytes."""
    if isinstance(value, str):
        return savable_text(value)
    if isinstance(value, dict):
        return {name: _savable(item) for name, item in value.items()}
    return [_savable(item) for item in value] if isinstance(value, list | tuple) else value
