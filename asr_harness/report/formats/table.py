"""The comparison for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report import verdicts

if TYPE_CHECKING:
    from asr_harness.compare import Comparison


def render(comparison: Comparison, status: int, width: int) -> str:  # noqa: ARG001
    """Give lines of at most `width` characters."""
    return "\n".join(verdicts.lines(comparison, width))
