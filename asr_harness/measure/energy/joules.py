"""Joules of one run of a workload, from repeated trials, with what they rest on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Literal

from asr_harness.schema import EnergyMeasurement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.schema.energy import DeviceState


@dataclass(frozen=True, slots=True)
class EnergyTrial:
    """Whole runs of a workload between two steps of the counter.

    `energy_j` is what they used in all, what idling cost beside them taken off; `dram_j` is the memory's,
    where it is counted apart. A trial with a `reason` must not be used.
    """

    energy_j: float
    busy_s: float
    n_works: int
    n_ticks: int
    dram_j: float | None = None
    reason: str | None = None


def relative_uncertainty(run_j: Sequence[float], n_ticks: int) -> float | None:
    """Combine the counter's step with the spread of the trials; None if there are fewer than 2 trials.

    Each end of a trial lies within one step, evenly likely: a standard uncertainty of 1/sqrt(12) step each,
    so 1/(sqrt(6) n_ticks) of the trial. The mean of k trials of standard deviation s has s/sqrt(k). The two
    are added in quadrature. The sensor's own accuracy, the same in every trial, is not in it.
    Source: JCGM 100:2008 (GUM), 4.2.3, 4.3.7, 5.1.2.
    """
    if len(run_j) < 2:  # noqa: PLR2004 - a spread takes two
        return None
    spread = stdev(run_j) / sqrt(len(run_j)) / fmean(run_j)
    return sqrt(1 / (6 * n_ticks**2) + spread**2)


def summarise(
    trials: Sequence[EnergyTrial],
    *,
    source: str,
    label: Literal["measured", "estimated"],
    idle_power_w: float | None,
    step_s: float,
    states: tuple[DeviceState, ...] = (),
) -> EnergyMeasurement:
    """Average the trials; one that must not be used makes the value None, with its reason."""
    run_j = [trial.energy_j / trial.n_works for trial in trials]
    broken = _objections(trials, source)
    n_ticks = min(trial.n_ticks for trial in trials)
    measurement = EnergyMeasurement(
        source,
        label,
        idle_power_w=idle_power_w,
        step_s=step_s,
        n_ticks=n_ticks,
        n_works=sum(trial.n_works for trial in trials),
        n_trials=len(trials),
        states=states,
    )
    if broken:
        return replace(measurement, label="unmeasured", reason="; ".join(broken))
    return replace(
        measurement,
        gross_j=fmean(run_j),
        net_j=_net_j(trials, run_j, idle_power_w),
        dram_j=_dram_j(trials),
        relative_uncertainty=relative_uncertainty(run_j, n_ticks),
    )


def _objections(trials: Sequence[EnergyTrial], source: str) -> list[str]:
    spoilt = [(i, trial.reason) for i, trial in enumerate(trials, 1) if trial.reason]
    if not spoilt and sum(trial.energy_j for trial in trials) <= 0:
        return [f"{source} counted nothing in {len(trials)} trials; see whether another tool can read it"]
    return [f"trial {i} of {len(trials)}: {reason}" for i, reason in spoilt]


def _net_j(trials: Sequence[EnergyTrial], run_j: Sequence[float], idle_power_w: float | None) -> float | None:
    if idle_power_w is None:
        return None
    run_s = fmean(trial.busy_s / trial.n_works for trial in trials)
    return fmean(run_j) - idle_power_w * run_s


def _dram_j(trials: Sequence[EnergyTrial]) -> float | None:
    shares = [trial.dram_j / trial.n_works for trial in trials if trial.dram_j is not None]
    return fmean(shares) if len(shares) == len(trials) else None
