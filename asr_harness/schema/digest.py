"""A few digits that stand for a value."""

from __future__ import annotations

import json
from hashlib import sha256

DIGITS = 8


def digest(value: object) -> str:
    """Stand for a plain value: equal values have equal digits."""
    return sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:DIGITS]
