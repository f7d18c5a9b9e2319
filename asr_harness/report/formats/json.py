"""The comparison for programs: every cell, nothing folded, in the units of docs/judgement.md."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asr_harness.compare import Comparison


def render(comparison: Comparison, status: int, width: int) -> str:  # noqa: ARG001
    """Give one JSON object."""
    return json.dumps(asdict(comparison) | {"exit_status": status}, indent=1, allow_nan=False)
