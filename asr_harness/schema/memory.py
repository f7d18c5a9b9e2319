"""Peak memory of a case, from a pass of its own."""

from __future__ import annotations

from dataclasses import dataclass

from asr_harness.schema.part import NotNegative, Part


@dataclass(frozen=True, slots=True)
class Memory(Part):
    """Peaks in bytes: resident in the process; given out and held by the device's allocator; by the driver's
    count.
    """

    peak_resident_bytes: NotNegative | None = None
    peak_allocated_bytes: NotNegative | None = None
    peak_reserved_bytes: NotNegative | None = None
    process_device_bytes: NotNegative | None = None
