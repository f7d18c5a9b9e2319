"""When a fitted line is almost linear."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asr_harness.stats import FittedLine

LINEAR, NOT_LINEAR = 0.98, 0.90


def almost_linear(line: FittedLine) -> bool | None:
    """Judge a fit: R² of at least 0.98 and a slope above 0 by its interval; below 0.90 it is not."""
    if line.r_squared < NOT_LINEAR or line.slope_high < 0:
        return False
    return True if line.r_squared >= LINEAR and line.slope_low > 0 else None
