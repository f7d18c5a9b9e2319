"""Which interrupted session to go on with: the newest whose conditions are those of now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.counting import listed
from asr_harness.errors import RecordError
from asr_harness.runs.journal import Journal
from asr_harness.runs.journal_content import newest_first, read, read_header

if TYPE_CHECKING:
    from pathlib import Path

    from asr_harness.runs.journal_content import JournalContent
    from asr_harness.schema.conditions import Conditions


def resume(folder: Path, conditions: Conditions) -> tuple[Journal, JournalContent]:
    """Take over the newest journal that fits, locked, with what it holds.

    Raises RecordError where there is none, saying of the newest what differs.
    """
    objections = []
    for path in newest_first(folder):
        try:
            objection = _objection(path, conditions)
            if objection is None:
                journal = Journal.reopen(path)
                return journal, read(path)
        except RecordError as error:
            objection = str(error)
        objections.append(objection)
    if not objections:
        raise RecordError(f"nothing to resume: no interrupted session left a journal in {folder}")
    older = f" (nor does any of {len(objections) - 1} older ones fit)" if objections[1:] else ""
    raise RecordError(f"{objections[0]}{older}; repeat the interrupted command, or leave --asr-resume out")


def _objection(path: Path, conditions: Conditions) -> str | None:
    differences = read_header(path).conditions.differences(conditions)
    if not differences:
        return None
    return f"journal {path} cannot be resumed: {listed(differences)}"
