"""What the machine was like before and after a case's rounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from asr_harness.schema.energy import DeviceState
from asr_harness.schema.part import Part

STEADY = (
    "n_threads",
    "affinity",
    "governor",
    "turbo",
    "max_frequency_hz",
    "on_mains",
    "n_throttles",
    "power_limit_w",
    "throttle_reasons",
    "foreign_pids",
)
"""What stays as it is while nothing disturbs; clocks and temperatures move by themselves."""


@dataclass(frozen=True, slots=True)
class MachineStates(Part):
    """The host's and the device's state around the rounds; None is unknown, `CaseResult.reasons` says why.

    `settings` names those of the process that the case left changed; they were put back for the next one.
    """

    before: DeviceState = field(default_factory=dict)
    after: DeviceState = field(default_factory=dict)
    settings: tuple[str, ...] = ()

    @property
    def changes(self) -> Mapping[str, tuple[object, object]]:
        """Give what should have stayed and did not, with its value before and after."""
        return {
            name: (self.before[name], self.after[name])
            for name in STEADY
            if name in self.before and name in self.after and self.before[name] != self.after[name]
        }
