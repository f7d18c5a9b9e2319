"""From the turns of one fork to the one number that it is worth: the log ratio, candidate over base.

What is judged is raw: pairs a second apart share the machine's pace already, and the short kernel adds more
noise than it takes away (docs/judgement.md has the figures). The calibrated ratio is kept so that this can be
looked at again.
"""

from __future__ import annotations

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


def log_ratio(base: Sequence[Turn], candidate: Sequence[Turn]) -> LogRatio:
    """Compare the turns of both sides pair by pair."""
    pairs = list(zip(base, candidate, strict=True))
    raw = [log(after.latency_s / before.latency_s) for before, after in pairs]
    pace = [log(after.calibration_s / before.calibration_s) for before, after in pairs]
    calibrated = [ratio - change for ratio, change in zip(raw, pace, strict=True)]
    stages = {stage: ratio for stage in STAGES if (ratio := _stage(pairs, stage)) is not None}
    return LogRatio(_centre(raw), _centre(calibrated), stages)


def _centre(ratios: Sequence[float]) -> float:
    """Give where the pairs lie; of so few that one outlier would move the estimate, the median."""
    return hodges_lehmann(ratios) if len(ratios) >= MIN_ESTIMATED else median(ratios)


def _stage(pairs: Sequence[tuple[Turn, Turn]], stage: StageName) -> float | None:
    taken = [(before.stage_s.get(stage), after.stage_s.get(stage)) for before, after in pairs]
    ratios = [log(after / before) for before, after in taken if before and after]
    return _centre(ratios) if len(ratios) == len(pairs) else None
