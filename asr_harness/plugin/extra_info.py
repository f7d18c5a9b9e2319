"""`extra_info` of a benchmark: the result itself, and beside it a flat copy of its metrics.

The copy is for people, notebooks and pytest-benchmark's own tables; nothing of ours reads it back.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from asr_harness.metrics import all_metrics
from asr_harness.schema import CaseResult
from asr_harness.schema.migrate import result_from_1
from asr_harness.schema.part import dump, load

if TYPE_CHECKING:
    from collections.abc import Mapping

Flat = dict[str, float | None]


def extra_info(result: CaseResult) -> dict[str, Any]:
    """Give a result as plain JSON values, with the flat copy."""
    # The result comes last: a metric from outside cannot take the place of a part.
    return {**flat_copy(result), **dump(result)}


def flat_copy(result: CaseResult) -> Flat:
    """Give the value of each metric under its column; None where it was not measured, or is no number."""
    values = {metric.column: metric.read(result) for metric in all_metrics()}
    return {
        column: value if value is not None and isfinite(value) else None for column, value in values.items()
    }


def saved_flat_copy(info: Mapping[str, Any]) -> Flat:
    """Give the flat copy of a saved `extra_info` of any version. Raises RecordError where it is damaged."""
    plain = info if "speed" in info else result_from_1(dict(info))
    return flat_copy(load(CaseResult, plain, "extra_info"))
