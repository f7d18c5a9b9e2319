"""What a series did over time: a step, a creep or nothing; of two that are shown the better account."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import log
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
    steps = [step for step in find_steps(values, STEP_ALPHA) if abs(step.effect) >= TOLERANCE]
    trend = mann_kendall(values if means is None else means, weights)
    if trend is not None and (trend.p > TREND_ALPHA or abs(trend.slope) * (len(values) - 1) < TOLERANCE):
        trend = None
    if steps and (trend is None or _prefers_steps(values, steps, trend)):
        return Drift("step", tuple(steps))
    return Drift("steady") if trend is None else Drift("creep", trend=trend)


def _prefers_steps(values: Sequence[float], steps: Sequence[Step], trend: Trend) -> bool:
    n = len(values)
    about_steps = squares_about_steps(values, [step.place for step in steps])
    left = [value - trend.slope * place for place, value in enumerate(values)]
    about_line = squares_about_steps(left, [])
    if not about_steps or not about_line:
        return not about_steps
    penalty = (2 * len(steps) + 1 - 2) * log(n)
    return n * log(about_steps) + penalty <= n * log(about_line)
