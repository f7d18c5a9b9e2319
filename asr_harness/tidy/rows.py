"""A row of the tidy table from one record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness.tidy import reduced
from asr_harness.tidy.naming import digest, machine_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.saved import CaseRecord, SavedRun

Row = dict[str, Any]


def run_columns(run: SavedRun) -> Row:
    """Give what all rows of a run share."""
    plan = run.block.get("plan") or {}
    return {
        "run": run.path.name,
        "label": run.label,
        "commit": run.commit,
        "branch": run.branch,
        "is_dirty": run.is_dirty,
        "time": run.time.isoformat() if run.time else None,
        "environment": digest(run.environment),
        "machine": machine_name(run.environment),
        "profile": run.block.get("profile"),
        "data": plan.get("data"),
        "weights": plan.get("weights"),
    }


def row(record: CaseRecord, block: Mapping[str, Any]) -> Row:
    """Give what is a case's own; columns that it does not have are left out.

    `block` is the run's `asr` block, for the machine's peaks.
    """
    case = record.case
    found: Row = {
        "case": case.id,
        "family": record.family,
        **{axis: getattr(case, axis) for axis in ("model", "device", "bucket", "batch_size", "variant")},
        "outcome": record.outcome,
        "reason": record.reason,
    }
    if record.info is None:
        return found
    info, n = record.info, record.info["n_utterances"]
    found |= {"n_utterances": n, "slice_audio_s": info["audio_s"], "audio_s": info["audio_s"] / n}
    return {
        **found,
        **reduced.speed(record.rounds_s, info, n),
        **reduced.work(info, n),
        **reduced.peaks(record.case, block),
        **reduced.memory(case, info),
        **reduced.energy(info, n),
        **reduced.quality(info),
    }
