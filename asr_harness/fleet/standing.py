"""Where a fleet stands: which host is at which case since when, and how much is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AtWork:
    """A case that a host is measuring, since so many seconds."""

    host: str
    case_id: str
    for_s: float


@dataclass(frozen=True, slots=True)
class Standing:
    """The hosts that are there, what they are at, and how many cases of all are over.

    `left_s` is None until a case is over.
    """

    hosts: tuple[str, ...]
    at_work: tuple[AtWork, ...]
    n_done: int
    n_all: int
    left_s: float | None


class Watch(Protocol):
    """Who sees a fleet work."""

    def tell(self, line: str) -> None:
        """Hear of a thing that happened."""

    def show(self, standing: Standing) -> None:
        """See where it stands, a few times a second or less."""
