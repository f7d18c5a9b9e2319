"""Like with like: groups of cases that may be held against each other, and what distinguishes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.pooled import CONDITIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

IDENTITY = ("machine", "data", "weights", "label")
"""Columns that people know a group by; the first that differ are enough."""


def comparable_groups(
    rows: pd.DataFrame, by: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], str, pd.DataFrame]]:
    """Give each group measured under the same conditions: its values of `by`, its origin, its cases.

    The origin is empty where no other group has the same values.
    """
    for values, same in rows.groupby(list(by), sort=False):
        groups = [group for _, group in same.groupby(list(CONDITIONS), sort=False, dropna=False)]
        for origin, group in zip(distinguish(groups), groups, strict=True):
            yield tuple(map(str, values)), origin, group


def distinguish(groups: Sequence[pd.DataFrame]) -> list[str]:
    """Name groups by what differs between them; by their environment where nothing that has a name does."""
    if len(groups) == 1:
        return [""]
    identities = [[_joined(group[column]) for column in IDENTITY] for group in groups]
    places = [i for i in range(len(IDENTITY)) if len({identity[i] for identity in identities}) > 1]
    names = [", ".join(identity[i] for i in places) for identity in identities]
    if len(set(names)) == len(names):
        return names
    return [f"environment {_joined(group['environment'])}" for group in groups]


def with_origin(name: str, origin: str) -> str:
    """Name a thing, with its origin where that distinguishes it."""
    return f"{name} ({origin})" if origin else name


def _joined(values: pd.Series) -> str:
    return " and ".join(dict.fromkeys(map(str, values.dropna()))) or "unnamed"
