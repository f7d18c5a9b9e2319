"""How near a stage is to what the machine could do (Williams et al.: Roofline, CACM 52:4, 2009)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Bound = Literal["arithmetic", "memory"]


@dataclass(frozen=True, slots=True)
class Roofline:
    """One stage under its roof.

    `intensity` is FLOPs per byte, `floor_s` the shortest time the machine allows, `share` the part of the
    measured time that this floor is, and `bound` the side that sets it.
    """

    intensity: float
    floor_s: float
    share: float
    bound: Bound


def roofline(
    *, flops: float, moved_bytes: float, time_s: float, peak_flops_per_s: float, peak_bytes_per_s: float
) -> Roofline:
    """Compare a stage with max(FLOPs / peak rate, bytes / bandwidth)."""
    arithmetic_s, memory_s = flops / peak_flops_per_s, moved_bytes / peak_bytes_per_s
    floor_s = max(arithmetic_s, memory_s)
    return Roofline(
        intensity=flops / moved_bytes,
        floor_s=floor_s,
        share=floor_s / time_s,
        bound="arithmetic" if arithmetic_s >= memory_s else "memory",
    )
