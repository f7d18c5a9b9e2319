"""Short names for environments, machines and texts."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

DIGITS = 8


def digest(value: Any) -> str:
    """Stand for a plain value by a few digits."""
    return sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:DIGITS]


def machine_name(environment: Mapping[str, Any]) -> str:
    """Name processor, cores and GPUs in a few words."""
    cpu = environment.get("cpu") or "unknown processor"
    cores = environment.get("n_physical_cores") or environment.get("n_logical_cores")
    gpus = [gpu.get("name") or "unnamed GPU" for gpu in environment.get("gpus") or ()]
    return ", ".join([f"{cpu}, {cores} cores" if cores else cpu, *(gpus or ["no GPU"])])
