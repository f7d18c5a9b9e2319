"""The sessions of `asr-harness price` in their folder: those that count, and one more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asr_harness.cli._lines import say
from asr_harness.cli.merge import write_merged
from asr_harness.counting import counted
from asr_harness.judge.alike import beside, newest_kind, variant_names
from asr_harness.runs.select import load_runs
from asr_harness.runs.standing_code import changed_source
from asr_harness.schema import load_run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from asr_harness.schema import CaseRecord, RunFile


@dataclass(slots=True)
class SavedSessions:
    """What a folder holds of a baseline, the first of `variants`, and others, each session saved as one run.

    `counted` are whole sessions that are alike, and of the code that lies there. `gone` has variants that
    cannot run here, each with its reason: they are not tried again.
    """

    folder: Path
    variants: Sequence[str]
    counted: list[RunFile] = field(default_factory=list)
    gone: dict[str, str] = field(default_factory=dict)

    @property
    def active(self) -> list[str]:
        """The variants that may still run."""
        return [variant for variant in self.variants if variant not in self.gone]

    def count(self) -> None:
        """Find out what counts of that which was saved before, and say why the rest does not."""
        baseline, *others = self.variants
        runs, left_out = newest_kind(beside(self.saved(), baseline, others))
        changed = changed_source(runs[-1]) if runs else None
        if changed is not None:
            say(_uncounted(len(runs) + len(left_out), f"{changed} is not what they ran"))
            return
        if left_out:
            say(_uncounted(len(left_out), left_out[-1].reason))
        self._note_unavailable(runs)
        self.counted = [run for run in runs if self._is_whole(run)]

    def add(self, place: Path) -> list[CaseRecord]:
        """Save what a whole session's workers saved in `place`, count it, and give its records.

        What was counted and is not alike with it counts no more, and that is said.
        """
        records, path = self.save(place)
        if path is not None:
            self.counted, left_out = newest_kind([*self.counted, load_run(path)])
            if left_out:
                say(_uncounted(len(left_out), left_out[-1].reason))
        return records

    def save(self, place: Path) -> tuple[list[CaseRecord], Path | None]:
        """Save what workers saved in `place` as one run, if it has a result; give its records and file."""
        runs = sorted(map(load_run, place.glob("*/*.json")), key=lambda run: run.path.name)
        records = [record for run in runs for record in run.records.values()]
        if not any(record.result for record in records):
            return records, None
        path = self.folder / f"{len(self._paths()) + 1:04d}_{runs[0].commit or 'none'}_variants.json"
        write_merged(runs, path, is_one_session=True)
        return records, path

    def saved(self) -> tuple[RunFile, ...]:
        """Load all that the folder holds, oldest first."""
        return load_runs(self._paths())

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob("*.json"))

    def _note_unavailable(self, runs: Sequence[RunFile]) -> None:
        records = [record for run in runs for record in run.records.values()]
        measured = {record.case.variant for record in records if record.result}
        for record in records:
            if record.case.variant not in measured and record.outcome == "unavailable":
                self.gone[record.case.variant] = f"{record.outcome}: {record.reason}"

    def _is_whole(self, run: RunFile) -> bool:
        is_over = all(record.outcome != "interrupted" for record in run.records.values())
        return is_over and {*self.active} <= variant_names([run])


def _uncounted(n: int, reason: str) -> str:
    return f"{counted(n, 'session')} there cannot be pooled with what runs now, and will not count: {reason}"
