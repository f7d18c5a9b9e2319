"""Energy where only power can be read: samples, integrated by the trapezoidal rule."""

from __future__ import annotations

from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Describes(Protocol):
    """Reads a state and judges it."""

    def read(self) -> Mapping[str, Any]:
        """Describe the device now."""

    def invalid_reason(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
        """Say why work between two states must not be counted."""


class SampledPower:
    """Joules since the first sample; every reading adds one, so it is to be read every `step_s`."""

    label: Literal["measured"] = "measured"

    def __init__(
        self,
        read_power_w: Callable[[], float],
        *,
        source: str,
        step_s: float,
        state: Describes,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.source = source
        self.step_s = step_s
        self._read_power_w, self._state, self._clock = read_power_w, state, clock
        self._lock = Lock()
        self._energy_j = 0.0
        self._power_w, self._time_s = read_power_w(), clock()

    def read_j(self) -> float:
        """Take a sample, add the trapezoid since the last. Raises MeterError if power cannot be read."""
        with self._lock:
            power_w, time_s = self._read_power_w(), self._clock()
            self._energy_j += (self._power_w + power_w) / 2 * (time_s - self._time_s)
            self._power_w, self._time_s = power_w, time_s
            return self._energy_j

    def state(self) -> Mapping[str, Any]:
        """Describe the device now."""
        return self._state.read()

    def invalid_reason(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
        """Object to what its device objects to."""
        return self._state.invalid_reason(before, after)
