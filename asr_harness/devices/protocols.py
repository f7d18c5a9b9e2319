"""What a device is measured with, whoever makes it: memory meters, stage clocks, energy counters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from asr_harness.schema.stages import StageName


@dataclass(frozen=True, slots=True)
class Reading:
    """A value that a meter read, or None with the reason."""

    name: str
    value: float | None
    label: Literal["measured", "estimated", "unmeasured"] = "measured"
    reason: str | None = None


class MemoryMeter(Protocol):
    """Tells the peak memory since it was reset."""

    def reset(self) -> None:
        """Start a new peak at what is held now."""

    def read(self) -> tuple[Reading, ...]:
        """Give the peaks in bytes."""


class StageClock(Protocol):
    """Times the stages of one transcription; time in a nested stage belongs to the inner one alone."""

    def synchronise(self) -> None:
        """Wait until the device has done all it was given."""

    def start(self) -> None:
        """Synchronise the device, then forget all marks and begin."""

    def stage(self, name: StageName) -> AbstractContextManager[None]:
        """Time what runs inside as `name`, without synchronising the device."""

    def stop(self) -> tuple[float, Mapping[StageName, float]]:
        """Synchronise, then give the end-to-end seconds and the seconds of each stage."""


class EnergyCounter(Protocol):
    """A cumulative count of joules, read from the side while work runs; safe to read from two threads."""

    @property
    def source(self) -> str:
        """What counts, such as `nvml total energy`."""

    @property
    def label(self) -> Literal["measured", "estimated"]:
        """Whether the joules come from a sensor or from a model of one."""

    @property
    def step_s(self) -> float | None:
        """Seconds between the samples it is made from; None if it steps by itself, to be found out."""

    def read_j(self) -> float:
        """Joules since some origin, never falling. Raises MeterError if the counter is gone."""

    def state(self) -> Mapping[str, Any]:
        """Describe in plain JSON values what bears on it: limits, clocks, temperature, other processes."""

    def invalid_reason(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
        """Say why work between two states must not be counted, and the way out; None if it may."""
