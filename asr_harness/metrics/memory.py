"""Peak memory: what the device's allocator gave out, or held, else what is resident in the process."""

from asr_harness.metrics import units
from asr_harness.metrics.base import Metric
from asr_harness.schema import CaseResult


def read(result: CaseResult) -> float | None:
    """Give the peak in bytes. An allocator counts only on a device that has one of its own."""
    memory = result.memory
    peaks = (memory.peak_allocated_bytes, memory.peak_reserved_bytes, memory.peak_resident_bytes)
    return next((peak for peak in peaks if peak is not None), None)


METRIC = Metric(
    key="memory",
    column="memory_bytes",
    title="memory",
    meaning="allocated, else reserved peak on an accelerator, else the process's resident peak",
    unit=units.BYTES,
    rank=80,
    read=read,
    share="headline",
    gated=True,
    tolerance=0.05,
    limit=0.1,
)
