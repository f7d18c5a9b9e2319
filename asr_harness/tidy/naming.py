"""Short names for environments, machines and texts."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from asr_harness import devices

if TYPE_CHECKING:
    from collections.abc import Mapping

DIGITS = 8


def digest(value: Any) -> str:
    """Stand for a plain value by a few digits."""
    return sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:DIGITS]


def machine_name(environment: Mapping[str, Any]) -> str:
    """Name processor, cores and GPUs in a few words."""
    others = (device for device in devices.known().values() if device is not devices.HOST)
    accelerators = [name for device in others for name in device.named_in(environment)]
    return ", ".join([*devices.HOST.named_in(environment), *(accelerators or ["no GPU"])])
