"""Two systems held against each other: which case stands against which, and where their words differ."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from asr_harness.errors import RecordError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from asr_harness.schema import Case, CaseRecord, RunFile

MOST_SHOWN = 5
WORD = re.compile(r"[\w'’]+")


def as_of_base(
    base: Sequence[RunFile], candidate: Sequence[RunFile]
) -> tuple[tuple[RunFile, ...], list[str]]:
    """Give the candidate's cases the names of those of the base that they stand against, and notes.

    A model stands against the one of its own name, else against the same checkpoint in another runtime. Where
    a side has but one model, or one variant, it stands against the only one of the other side.
    Raises RecordError where two would stand against one.
    """
    models = _opposite(_checkpoints(base), _checkpoints(candidate))
    variants = _opposite(_variants(base), _variants(candidate))
    notes = [
        f"across systems: {after} stands against {before}"
        for after, before in (models | variants).items()
        if after != before
    ]

    def named(case: Case) -> Case:
        return replace(
            case,
            model=models.get(case.model, case.model),
            variant=variants.get(case.variant, case.variant),
        )

    return tuple(replace(run, records=_renamed(run.records.values(), named)) for run in candidate), notes


def differing_words(before: str, after: str) -> str:
    """Show where the words of two texts differ, case and punctuation apart; empty where they do not."""
    a, b = (WORD.findall(text.casefold()) for text in (before, after))
    parts = [
        f"“{' '.join(a[i:j])}” → “{' '.join(b[k:m])}”"
        for what, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
        if what != "equal"
    ]
    more = len(parts) - MOST_SHOWN
    return ", ".join([*parts[:MOST_SHOWN], *([f"and {more} more"] if more > 0 else [])])


def _renamed(records: Iterable[CaseRecord], named: Callable[[Case], Case]) -> Mapping[str, CaseRecord]:
    cases = [replace(record, case=named(record.case)) for record in records]
    return {record.case.id: record for record in cases}


def _names(runs: Sequence[RunFile], axis: str) -> list[str]:
    return list(dict.fromkeys(getattr(one.case, axis) for run in runs for one in run.records.values()))


def _variants(runs: Sequence[RunFile]) -> dict[str, str]:
    return {name: name for name in _names(runs, "variant")}


def _checkpoints(runs: Sequence[RunFile]) -> dict[str, str]:
    """Give each model's checkpoint: its name without the runtime's, which is its family, before it."""
    checkpoints = {name: name for name in _names(runs, "model")}
    for record in (one for run in runs for one in run.records.values()):
        if record.result is not None:
            checkpoints[record.case.model] = record.case.model.removeprefix(f"{record.result.family}.")
    return checkpoints


def _opposite(base: Mapping[str, str], candidate: Mapping[str, str]) -> dict[str, str]:
    """Map the candidate's names to those of the base that they stand against."""
    if len(base) == len(candidate) == 1:
        return dict(zip(candidate, base, strict=True))
    opposite: dict[str, str] = {}
    for name, checkpoint in candidate.items():
        same = [name] if name in base else [other for other, held in base.items() if held == checkpoint]
        for other in same:
            if len(same) > 1 or other in opposite.values():
                raise RecordError(
                    f"{', '.join(same)} of the base and {', '.join((*opposite, name))} of the candidate are "
                    "not one to one across systems: measure each system in runs of its own"
                )
            opposite[name] = other
    return opposite
