"""The calibration kernel itself, compared between the sides: what slows it too must not hide in it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import log, log1p
from typing import TYPE_CHECKING

from asr_harness import stats
from asr_harness.metrics import calibration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.judge.sides import Measured, Pair
    from asr_harness.stats import ChangeVerdict, Difference

TOLERANCE = log1p(0.02)
"""Change of the kernel below which it counts as the same."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """How the kernel's time changed on a device, candidate over base, on the logarithm.

    `in_turn` tells whether the sides were measured in turn: else an hour that was slow is on one side alone,
    and a kernel that differs says nothing of the code.
    """

    difference: Difference
    in_turn: bool

    @property
    def is_slower(self) -> bool:
        """Whether the candidate's kernel is the slower one."""
        return self.difference.estimate > 0


def changed_kernels(pairs: Sequence[Pair], alpha: float) -> dict[str, Kernel]:
    """Give for each device the kernel's change, where there is one: Welch's test of the runs' log medians."""
    changed = {}
    for device in dict.fromkeys(pair.device for pair in pairs):
        here = [pair for pair in pairs if pair.device == device]
        sides = [one for pair in here for one in pair.base], [one for pair in here for one in pair.candidate]
        base, candidate = map(_log_medians, sides)
        difference = stats.two_sided(base, candidate, alpha)
        difference = difference or stats.against_history(base, candidate, (), alpha)
        if difference is not None and difference.p <= alpha and abs(difference.estimate) > TOLERANCE:
            changed[device] = Kernel(difference, _in_turn(sides))
    return changed


def combined(
    calibrated: ChangeVerdict, raw: ChangeVerdict, raw_difference: Difference, kernel: Kernel, alpha: float
) -> ChangeVerdict:
    """Give the verdict where the kernel changed: the raw one where there is one.

    A kernel that is slower, with raw times that agree, is a regression: what slows both at once looks like a
    slow machine to calibration alone. One that is faster makes nothing a regression by itself.
    """
    agrees = raw_difference.p <= alpha and raw_difference.estimate > TOLERANCE
    is_worse = raw == "regression" or (kernel.is_slower and agrees)
    if is_worse:
        return "regression" if kernel.in_turn or calibrated == "regression" else "inconclusive"
    if raw != "inconclusive":
        return raw
    if kernel.is_slower:
        return "regression" if calibrated == "regression" else "inconclusive"
    return "inconclusive" if calibrated == "regression" else calibrated


def _log_medians(measured: Sequence[Measured]) -> list[float]:
    """Give each run's mean over cases of the logarithm of the kernel's median."""
    by_run: dict[int, list[float]] = {}
    for one in measured:
        by_run.setdefault(id(one.run), []).append(log(calibration.read(one.result)))
    return [stats.mean(values) for values in by_run.values()]


def _in_turn(sides: Sequence[Sequence[Measured]]) -> bool:
    """Whether the sides changed places in time at least as often as the smaller side has runs."""
    runs = [{id(one.run): one.run for one in side}.values() for side in sides]
    times = [(str(run.time), side) for side, of_side in enumerate(runs) for run in of_side if run.time]
    if len(times) < sum(map(len, runs)):
        return False
    n_changes = sum(before != after for (_, before), (_, after) in pairwise(sorted(times)))
    return n_changes >= min(map(len, runs))
