"""Many tests, one false-alarm rate: shared out among families, held within one by Holm's method."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

Family = TypeVar("Family", bound=str)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjust p values so that the chance of any false alarm among all is bounded, in the order given.

    Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6, 1979.
    """
    adjusted = [1.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return tuple(adjusted)


def shared_out(
    alpha: float, shares: Mapping[Family, float], present: Collection[Family]
) -> dict[Family, float]:
    """Share a false-alarm rate out among the families that are present; what others would have is theirs.

    By Bonferroni's inequality the chance of any false alarm is then at most `alpha`.
    """
    kept = {family: share for family, share in shares.items() if family in present}
    total = sum(kept.values())
    return {family: alpha * share / total for family, share in kept.items()}
