"""Whether both sides are at one case, with one slice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.ab import schedule
from asr_harness.ab.protocol import Ended, Ready
from asr_harness.errors import AbError
from asr_harness.judge.evidence import SIDES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.ab.progress import LiveSession
    from asr_harness.ab.worker import Worker
    from asr_harness.judge.evidence import Side


def without_counterpart(ready: Mapping[Side, Ready | Ended], workers: Mapping[Side, Worker]) -> Side | None:
    """Give a side that is at a case which the other one's suite lacks. Raises AbError if all are such."""
    selected = {side: worker.case_ids for side, worker in workers.items()}
    known = {side: {*case_ids.values()} for side, case_ids in selected.items() if case_ids is not None}
    if len(known) < len(SIDES):
        return None
    if not known["base"] & known["candidate"]:
        examples = " and ".join(f"{min(cases)} on {side}" for side, cases in known.items())
        raise AbError(
            f"the sides have no case in common, but {examples}; select cases that both commits have"
        )
    for side, case in ready.items():
        case_id = (selected[side] or {}).get(case.test_id)
        if case_id is not None and case_id not in known[schedule.other(side)]:
            return side
    return None


def matched(
    ready: Mapping[Side, Ready | Ended], workers: Mapping[Side, Worker], progress: LiveSession
) -> dict[Side, Ready] | None:
    """Give the case that both sides are ready for; nothing if it ended on one, None after the last."""
    cases = {side: case for side, case in ready.items() if isinstance(case, Ready)}
    ended = {side: case for side, case in ready.items() if isinstance(case, Ended)}
    if len(cases) == len(ready):
        check_slices(cases)
        return cases
    if all(not case.test_id for case in ready.values()):
        return None
    case_ids = {
        (workers[side].case_ids or {}).get(case.test_id, case.test_id) for side, case in ready.items()
    }
    if len(case_ids) > 1:
        named = " and ".join(f"{side} is at {case.test_id or 'its end'}" for side, case in ready.items())
        raise AbError(f"the sides do not run the same cases: {named}; select cases that both commits have")
    for side, case in ended.items():
        progress.leave_out(side, case, next(iter(cases.values()), None))
    for side in cases:
        workers[side].go(0)
    return {}


def check_slices(cases: Mapping[Side, Ready]) -> None:
    """Raise AbError unless both sides are at one case with one slice."""
    base, candidate = cases["base"], cases["candidate"]
    if base.case_id != candidate.case_id:
        raise AbError(f"the sides do not run the same cases: {base.case_id} against {candidate.case_id}")
    if base.slice_fingerprint != candidate.slice_fingerprint:
        raise AbError(
            f"{base.case_id}: the sides transcribe different slices ({base.slice_fingerprint[:12]} and "
            f"{candidate.slice_fingerprint[:12]}); their times cannot be compared"
        )
