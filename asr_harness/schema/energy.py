"""Joules of a case, from a pass of their own, and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from asr_harness.schema.part import Count, Number, Part, Scalar
from asr_harness.schema.stages import StageName

EnergyLabel = Literal["measured", "estimated", "unmeasured"]
DeviceState: TypeAlias = Mapping[str, Scalar | tuple[Scalar, ...]]
"""What bears on an energy counter at one moment: power limit, clocks, temperature, other processes."""


@dataclass(frozen=True, slots=True)
class EnergyMeasurement(Part):
    """Joules of one workload, or None with the reason.

    `net_j` leaves out what the idle device would have used meanwhile; `dram_j` is the memory's, where it is
    counted apart. `n_ticks` counts the counter's steps in the shortest trial. `relative_uncertainty` is a
    standard uncertainty (JCGM 100:2008). Only what is labelled `measured` may be judged.
    """

    source: str
    label: EnergyLabel
    gross_j: Number | None = None
    net_j: Number | None = None
    dram_j: Number | None = None
    idle_power_w: Number | None = None
    step_s: Number | None = None
    n_ticks: Count = 0
    n_works: Count = 0
    n_trials: Count = 0
    relative_uncertainty: Number | None = None
    reason: str | None = None
    states: tuple[DeviceState, ...] = ()


NEVER_MEASURED = EnergyMeasurement("none", "unmeasured", reason="the run does not tell of energy")


@dataclass(frozen=True, slots=True)
class Energy(Part):
    """Joules of one pass over the slice, and of each stage looped alone.

    `stages_add_up` tells whether the stages' joules are the whole's within their uncertainty, None where it
    cannot be told.
    """

    whole: EnergyMeasurement = NEVER_MEASURED
    stages: Mapping[StageName, EnergyMeasurement] = field(default_factory=dict)
    stages_add_up: bool | None = None
