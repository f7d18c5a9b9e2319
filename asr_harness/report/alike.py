"""Like with like: cells of one environment, corpus and kind of weights, and what tells such groups apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.report.cells import LIKE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

TOLD = ("machine", "data", "weights", "label")
"""Columns that people know a group by; the first that differ are enough."""


def alike(rows: pd.DataFrame, by: Sequence[str]) -> Iterator[tuple[tuple[str, ...], str, pd.DataFrame]]:
    """Give each group of cells that may be held against each other: values of `by`, whence it is, cells.

    Whence is empty where no other group has the same values.
    """
    for values, same in rows.groupby(list(by), sort=False):
        groups = [group for _, group in same.groupby(list(LIKE), sort=False, dropna=False)]
        for whence, group in zip(told_apart(groups), groups, strict=True):
            yield tuple(map(str, values)), whence, group


def told_apart(groups: Sequence[pd.DataFrame]) -> list[str]:
    """Name groups by what differs between them; by their environment where nothing that has a name does."""
    if len(groups) == 1:
        return [""]
    said = [[_all(group[column]) for column in TOLD] for group in groups]
    places = [i for i in range(len(TOLD)) if len({row[i] for row in said}) > 1]
    names = [", ".join(row[i] for i in places) for row in said]
    if len(set(names)) == len(names):
        return names
    return [f"environment {_all(group['environment'])}" for group in groups]


def placed(what: str, whence: str) -> str:
    """Name a thing, and whence it is where that is to be told."""
    return f"{what} ({whence})" if whence else what


def _all(values: pd.Series) -> str:
    return " and ".join(dict.fromkeys(map(str, values.dropna()))) or "unnamed"
