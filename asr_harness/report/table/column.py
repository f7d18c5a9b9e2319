"""What a column of the table is, and a group of columns that are read together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asr_harness.schema import CaseResult

Kind = Literal["text", "number", "flag", "time"]
Row: TypeAlias = dict[str, Any]
"""A row on its way to pandas, its values by the names of columns."""


class Column(NamedTuple):
    """What a column holds."""

    kind: Kind
    meaning: str


@dataclass(frozen=True, slots=True)
class ColumnGroup:
    """Columns that are read together from a result; `read` may leave out those that it does not have."""

    title: str
    columns: Mapping[str, Column]
    read: Callable[[CaseResult], Row]
