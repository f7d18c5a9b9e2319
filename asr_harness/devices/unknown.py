"""A device that a saved run names and that nobody here knows, so that its run can be judged and printed."""

from __future__ import annotations

from dataclasses import dataclass

from asr_harness.devices.base import Device
from asr_harness.errors import UnavailableError


@dataclass(frozen=True)
class UnknownDevice(Device):
    """Knows its name, and why nothing can run on it."""

    recorded_name: str = ""
    reason: str = ""

    peak_memory_name = "peak_resident_bytes"

    def check(self) -> None:
        """Raise UnavailableError."""
        raise UnavailableError(self.reason)

    @property
    def name(self) -> str:
        """As the run has it."""
        return self.recorded_name

    @property
    def title(self) -> str:
        """As the run has it."""
        return self.recorded_name
