"""The `asr` block of a session's file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness.measure.frontier import oom_frontiers
from asr_harness.plugin.conditions import saved_plan
from asr_harness.schema import Block, SessionCost
from asr_harness.schema.part import dump

if TYPE_CHECKING:
    from pathlib import Path

    from asr_harness.plugin.ledger import Ledger
    from asr_harness.plugin.workbench import Workbench
    from asr_harness.schema import SavedJudgement


def make_block(
    ledger: Ledger, workbench: Workbench, wall_s: float, folder: Path, *, identify: bool = False
) -> Block:
    """Describe a session of `folder`: its cases, its plan, its code, and what it ran on."""
    from asr_harness.devices import environment
    from asr_harness.measure.imports import merged, record_code

    return Block(
        cases=ledger.cases(),
        environment=environment.describe(),
        session_id=ledger.session_id,
        profile=workbench.plan.profile,
        plan=saved_plan(workbench.plan, identify=identify),
        session=SessionCost(wall_s, workbench.loading_s),
        peaks=workbench.peaks,
        code=merged([record_code(folder), *workbench.other_code]),
        shard=ledger.shard,
    )


def dump_block(block: Block) -> dict[str, Any]:
    """Give the block as plain values; and beside it, for people alone, where memory ran out."""
    return {**dump(block), "oom_frontier": oom_frontiers(block.cases)}


def add_judgement(plain: dict[str, Any], judgement: SavedJudgement) -> None:
    """Add to a dumped block what the session judged, which it can only do with the rest of its file."""
    plain["judgement"] = dump(judgement)
