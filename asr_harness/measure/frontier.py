"""How large a batch fits: the frontier between cases that were measured and those that ran out of memory."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asr_harness.schema import Outcome, SavedCase

OUT_OF_MEMORY = ("oom", "too_big")
AXES = ("model", "device", "bucket", "variant")


@dataclass(frozen=True, slots=True)
class Frontier:
    """The largest batch that fits, None if none did, and the smallest that does not, None if all did."""

    largest_that_fits: int | None
    smallest_that_does_not: int | None


def oom_frontier(outcomes: Iterable[tuple[int, Outcome]]) -> Frontier:
    """Find the frontier in the outcomes of batch sizes; other outcomes than these tell nothing of memory.

    A batch that fits above one that does not is left out: memory that ran out once may run out again.
    """
    outcomes = tuple(outcomes)
    too_large = min((size for size, outcome in outcomes if outcome in OUT_OF_MEMORY), default=None)
    fitting = [size for size, outcome in outcomes if outcome == "measured"]
    below = [size for size in fitting if too_large is None or size < too_large]
    return Frontier(max(below, default=None), too_large)


def oom_frontiers(cases: Iterable[SavedCase]) -> list[Mapping[str, Any]]:
    """Find, for each model, device, bucket and variant, the largest batch that fits; as plain values."""
    groups: dict[tuple[str, ...], list[tuple[int, Outcome]]] = {}
    for saved in cases:
        key = tuple(getattr(saved.case, axis) for axis in AXES)
        groups.setdefault(key, []).append((saved.case.batch_size, saved.outcome))
    return [
        {**dict(zip(AXES, key, strict=True)), **asdict(oom_frontier(outcomes))}
        for key, outcomes in groups.items()
    ]
