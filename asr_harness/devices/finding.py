"""One thing about the machine that bears on what is measured on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["good", "warn", "missing"]


@dataclass(frozen=True, slots=True)
class HostFinding:
    """One thing about the machine; `remedy` says what to do where it is not good."""

    name: str
    state: State
    found: str
    remedy: str | None = None
