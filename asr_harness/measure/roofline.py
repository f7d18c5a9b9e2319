"""How near a stage is to what the machine could do (Williams et al.: Roofline, CACM 52:4, 2009)."""

from __future__ import annotations

from asr_harness.schema import Roof


def roof(
    *, flops: float, moved_bytes: float, time_s: float, peak_flops_per_s: float, peak_bytes_per_s: float
) -> Roof:
    """Compare a stage with max(FLOPs / peak rate, bytes / bandwidth)."""
    arithmetic_s, memory_s = flops / peak_flops_per_s, moved_bytes / peak_bytes_per_s
    floor_s = max(arithmetic_s, memory_s)
    return Roof(
        intensity=flops / moved_bytes,
        share=floor_s / time_s,
        bound="arithmetic" if arithmetic_s >= memory_s else "memory",
        floor_s=floor_s,
    )
