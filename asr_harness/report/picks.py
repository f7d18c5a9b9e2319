"""One case to take for each use, of those that no other beats, and why that one."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING

from asr_harness.metrics import units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.report.advice import Advice, Choice

NOTHING = "nothing is within the limits"


@dataclass(frozen=True, slots=True)
class Pick:
    """The case for one use on one device, None where nothing is within the limits, with the reason."""

    use: str
    what: str
    device: str
    case: str | None
    reason: str


def picks(advice: Sequence[Advice]) -> tuple[Pick, ...]:
    """Pick for each use: the fewest errors among what keeps up with speech, or the cheapest without a WER.

    Where one case alone is there to take, there is nothing to pick.
    """
    return tuple(
        Pick(one.use.key, one.use.what, one.device, *_pick(one.front, len(one.rest)))
        for one in advice
        if one.rest or len(one.front) > 1
    )


def _pick(front: Sequence[Choice], n_rest: int) -> tuple[str | None, str]:
    if not front:
        return None, NOTHING
    able = [choice for choice in front if choice.rtf < 1] or list(front)
    n_all = len(front) + n_rest
    scored = [choice for choice in able if not isnan(choice.wer)]
    cheapest = able[0]
    if len(scored) < len(able) or not scored:
        return cheapest.case, f"cheapest of {n_all} ({cheapest.figures}); WER was not measured for all"
    best = min(scored, key=lambda choice: choice.wer)
    slow = "" if best.rtf < 1 else "; nothing keeps up with speech"
    reason = f"lowest WER of the {len(able)} of {n_all} that no other beats: {best.figures}{slow}"
    if best.case == cheapest.case:
        return best.case, f"{reason}; cheapest, too"
    saved = f"cheapest is {cheapest.case}: {cheapest.figures}"
    worse = units.number(100 * (cheapest.wer - best.wer), 2)
    return best.case, f"{reason}; {saved}, {worse} points worse"
