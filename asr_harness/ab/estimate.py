"""From the turns of one fork to the one number that it is worth: the log ratio, candidate over base.

What is judged is raw: pairs a second apart share the machine's pace already, and the short kernel adds more
noise than it takes away (docs/judgement.md has the figures). The calibrated ratio is kept so that this can be
looked at again.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from statistics import median
from typing import TYPE_CHECKING

from asr_harness.judge import LogRatio
from asr_harness.schema import STAGES
from asr_harness.stats import hodges_lehmann

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.ab.protocol import Turn
    from asr_harness.schema import StageName

MIN_ESTIMATED = 4
"""Pairs from which on one of them may be anything."""


NORMAL_MAD = 1.4826
"""The standard deviation of a normal distribution over its median absolute deviation."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """What the rounds of a fork are like: seconds of one on the slower side, and how log ratios scatter.

    `round_s` includes the calibration; `sd` is by the median absolute deviation, which no outlier moves.
    """

    round_s: float
    sd: float


def pairs(base: Sequence[Turn], candidate: Sequence[Turn]) -> Pairs:
    """Describe the pairs of rounds of one fork."""
    round_s = max(
        sum(turn.latency_s + turn.calibration_s for turn in side) / len(side) for side in (base, candidate)
    )
    ratios = [log(after.latency_s / before.latency_s) for before, after in zip(base, candidate, strict=True)]
    centre = median(ratios)
    return Pairs(round_s, NORMAL_MAD * median(abs(ratio - centre) for ratio in ratios))


def log_ratio(base: Sequence[Turn], candidate: Sequence[Turn]) -> LogRatio:
    """Compare the turns of both sides pair by pair."""
    turns = list(zip(base, candidate, strict=True))
    raw = [log(after.latency_s / before.latency_s) for before, after in turns]
    pace = [log(after.calibration_s / before.calibration_s) for before, after in turns]
    calibrated = [ratio - change for ratio, change in zip(raw, pace, strict=True)]
    stages = {stage: ratio for stage in STAGES if (ratio := _stage(turns, stage)) is not None}
    return LogRatio(_centre(raw), _centre(calibrated), stages)


def _centre(ratios: Sequence[float]) -> float:
    """Give where the pairs lie; of so few that one outlier would move the estimate, the median."""
    return hodges_lehmann(ratios) if len(ratios) >= MIN_ESTIMATED else median(ratios)


def _stage(turns: Sequence[tuple[Turn, Turn]], stage: StageName) -> float | None:
    taken = [(before.stage_s.get(stage), after.stage_s.get(stage)) for before, after in turns]
    ratios = [log(after / before) for before, after in taken if before and after]
    return _centre(ratios) if len(ratios) == len(turns) else None
