"""How large a batch fits: the frontier between cases that were measured and those that ran out of memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asr_harness.types import Outcome

OUT_OF_MEMORY = ("oom", "too_big")


@dataclass(frozen=True, slots=True)
class Frontier:
    """The largest batch that fits, None if none did, and the smallest that does not, None if all did."""

    largest_that_fits: int | None
    smallest_that_does_not: int | None


def oom_frontier(found: Iterable[tuple[int, Outcome]]) -> Frontier:
    """Find the frontier in the outcomes of batch sizes; other outcomes than these tell nothing of memory.

    A batch that fits above one that does not is left out: memory that ran out once may run out again.
    """
    found = tuple(found)
    too_large = min((size for size, outcome in found if outcome in OUT_OF_MEMORY), default=None)
    fitting = [size for size, outcome in found if outcome == "measured"]
    below = [size for size in fitting if too_large is None or size < too_large]
    return Frontier(max(below, default=None), too_large)
