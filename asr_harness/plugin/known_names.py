"""What `pytest --help` says of names: those that every grid has by default, and those of this suite."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from asr_harness import defaults

if TYPE_CHECKING:
    from asr_harness.grid import Grid

BUCKETS = ", ".join(defaults.BUCKETS_S)
VARIANTS = ", ".join(defaults.VARIANTS)


def of_suite(grid: Grid, width: int) -> list[str]:
    """List the names that a suite's grid knows, for the end of the help."""
    buckets = (f"{name} ({low:g}-{high:g} s)" for name, (low, high) in grid.buckets_s.items())
    profiles = (f"{name} (default)" if name == grid.default_profile else name for name in grid.profiles)
    rows = {
        "profiles": profiles,
        "models": (name if name == source else f"{name} = {source}" for name, source in grid.models.items()),
        "buckets": buckets,
        "variants": grid.variants,
        "devices": grid.devices,
    }
    lines = ["", "names that this suite's grid knows:"]
    for axis, names in rows.items():
        lines += wrap(f"{axis}: {', '.join(names)}", width, initial_indent="  ", subsequent_indent=" " * 24)
    return lines
