"""A device's state as it is saved beside the joules."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.schema.energy import DeviceState
    from asr_harness.schema.part import Scalar


def savable(state: Mapping[str, Any]) -> DeviceState:
    """Give lists as tuples, a number that JSON has not as None, and anything else that it has not as text."""
    return {
        name: tuple(map(_scalar, value)) if isinstance(value, list | tuple) else _scalar(value)
        for name, value in state.items()
    }


def _scalar(value: Any) -> Scalar:
    if isinstance(value, float):
        return float(value) if isfinite(value) else None
    return value if value is None or isinstance(value, str | int) else str(value)
