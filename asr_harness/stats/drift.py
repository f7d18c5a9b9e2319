"""What a series did over time: a step, a creep or nothing; of two that are shown the better account."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import log
from statistics import median
from typing import TYPE_CHECKING, Literal

from asr_harness.stats.steps import find_steps, squares_about_steps
from asr_harness.stats.trend import mann_kendall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.stats.steps import Step
    from asr_harness.stats.trend import Trend

STEP_ALPHA = 0.003
TREND_ALPHA = 0.0045
TOLERANCE = 0.02
"""Change on the logarithm below which nothing is told, however sure it is."""

MIN_STEADY = 2.0
"""Usual points that each side of a step has to weigh; a single one counts as no more than one."""

DriftKind = Literal["step", "creep", "steady"]


@dataclass(frozen=True, slots=True)
class Drift:
    """What a series did: its steps, or its trend; neither where it is steady."""

    kind: DriftKind
    steps: tuple[Step, ...] = field(default=())
    trend: Trend | None = None


def find_drift(
    values: Sequence[float],
    means: Sequence[float] | None = None,
    weights: Sequence[float] | None = None,
) -> Drift:
    """Look for steps and for a creep in a series of logarithms, one for each point.

    A creep is looked for in `means` if given, with `weights`: over all points, a mean that one round can
    spoil tells more than a median of few, and a step that rests on three points must not rest on such.

    Where both are shown, the smaller Bayesian information criterion tells which: a line has two parameters,
    k steps have 2 k + 1.
    """
    steps = find_steps(values, STEP_ALPHA)
    if weights is not None:
        steps = _resting_on_steady(steps, weights)
    steps = [step for step in steps if abs(step.effect) >= TOLERANCE]
    trend = mann_kendall(values if means is None else means, weights)
    if trend is not None and (trend.p > TREND_ALPHA or abs(trend.slope) * (len(values) - 1) < TOLERANCE):
        trend = None
    if steps and (trend is None or _prefers_steps(values, steps, trend)):
        return Drift("step", tuple(steps))
    return Drift("steady") if trend is None else Drift("creep", trend=trend)


def _resting_on_steady(steps: Sequence[Step], weights: Sequence[float]) -> list[Step]:
    """Leave out a step with a side that weighs less than two usual points: an unsteady hour may be one."""
    usual = median(weights)
    ends = [0, *(step.place for step in steps), len(weights)]
    sides = [sum(min(weight / usual, 1.0) for weight in weights[a:b]) for a, b in pairwise(ends)]
    enough = [side >= MIN_STEADY for side in sides]
    return [step for step, before, after in zip(steps, enough, enough[1:], strict=False) if before and after]


def _prefers_steps(values: Sequence[float], steps: Sequence[Step], trend: Trend) -> bool:
    n = len(values)
    about_steps = squares_about_steps(values, [step.place for step in steps])
    left = [value - trend.slope * place for place, value in enumerate(values)]
    about_line = squares_about_steps(left, [])
    if not about_steps or not about_line:
        return not about_steps
    penalty = (2 * len(steps) + 1 - 2) * log(n)
    return n * log(about_steps) + penalty <= n * log(about_line)
