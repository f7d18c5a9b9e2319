"""The fleet's journal: a folder with the saved file of each case that ended, written as it comes."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from asr_harness.errors import RecordError
from asr_harness.paths import read_file
from asr_harness.runs.disk import sync_folder, write_all
from asr_harness.schema import load_run
from asr_harness.schema.conditions import Conditions
from asr_harness.schema.part import dump, load
from asr_harness.schema.reading import MAX_FILE_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from asr_harness.schema import RunFile

HEADER, SUFFIX = "conditions", ".case"
"""No file here passes for a saved run, as one with the suffix of JSON would."""


class Store:
    """Cases that are done, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def begin(cls, folder: Path, conditions: Conditions) -> Store:
        """Start anew. Raises RecordError where an unfinished fleet is in the way."""
        if folder.joinpath(HEADER).exists():
            raise RecordError(
                f"{folder} holds the finished cases of an interrupted fleet: add --asr-resume after -- "
                "to go on with it, or remove the folder"
            )
        folder.mkdir(parents=True, exist_ok=True)
        store = cls(folder)
        store._write(HEADER, msgspec.json.encode(dump(conditions)))
        return store

    @classmethod
    def resume(cls, folder: Path, conditions: Conditions) -> Store:
        """Go on with what is there. Raises RecordError where it is nothing, or another session's."""
        try:
            earlier = load(
                Conditions, msgspec.json.decode(read_file(folder / HEADER, MAX_FILE_BYTES)), str(folder)
            )
        except (OSError, ValueError, RecursionError, msgspec.MsgspecError) as error:
            raise RecordError(f"nothing to resume in {folder}: {error}") from error
        if differences := earlier.differences(conditions):
            what = ", ".join(differences[:4])
            raise RecordError(f"{folder} cannot be resumed: {what}; remove it to start anew")
        return cls(folder)

    def add(self, case_id: str, content: bytes) -> RunFile:
        """Keep a case's file, whole and on disk. Raises RecordError where it is no run of that case."""
        path = self._write(f"{sha256(case_id.encode()).hexdigest()[:24]}{SUFFIX}", content)
        try:
            run = load_run(path)
            if list(run.records) != [case_id]:
                raise RecordError(f"{path} has other cases than {case_id}")
        except RecordError:
            path.unlink()
            raise
        return run

    def runs(self) -> tuple[RunFile, ...]:
        """Read the cases that are done; one that was interrupted is not."""
        runs = [load_run(path) for path in sorted(self.folder.glob(f"*{SUFFIX}"))]
        return tuple(run for run in runs if all(one.outcome != "interrupted" for one in run.records.values()))

    def remove(self) -> None:
        """Forget the cases, their run being saved."""
        for path in (*self.folder.glob(f"*{SUFFIX}"), self.folder / HEADER):
            path.unlink(missing_ok=True)
        self.folder.rmdir()

    def _write(self, name: str, content: bytes) -> Path:
        temporary, path = self.folder / f".{name}.tmp", self.folder / name
        with temporary.open("wb") as stream:
            write_all(stream.fileno(), content)
        temporary.replace(path)
        sync_folder(self.folder)
        return path


def ids(runs: Sequence[RunFile]) -> frozenset[str]:
    """Collect the cases of runs."""
    return frozenset(case_id for run in runs for case_id in run.records)
