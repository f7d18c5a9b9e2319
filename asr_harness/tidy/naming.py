"""Short names for environments, machines and texts."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asr_harness.schema import Environment

DIGITS = 8


def digest(value: Any) -> str:
    """Stand for a plain value by a few digits."""
    return sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:DIGITS]


def machine_name(environment: Environment) -> str:
    """Name processor, cores and GPUs in a few words."""
    return environment.machine
