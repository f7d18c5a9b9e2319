"""Which saved runs a side means: files, globs, folders, run numbers, commits, or the latest of a branch."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from asr_harness.errors import OtherBenchmarkError, RecordError
from asr_harness.schema import RunFile, load_run
from asr_harness.schema.run import latest_of_each

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

STORAGE = Path(".benchmarks")
LATEST = "latest:"
RUN_NUMBER = re.compile(r"\d{1,6}")
COMMIT = re.compile(r"[0-9a-f]{7,40}")
GLOB_CHARACTERS = frozenset("*?[")


def select_runs(side: str, storage: Path = STORAGE) -> tuple[RunFile, ...]:
    """Load the runs of one side, oldest first.

    `side` is one or several, separated by commas, of: a file, a glob, a folder, a run number such as 7 or
    0007, seven or more digits of a commit, or `latest:BRANCH`: every run of the newest commit of a branch,
    but for those that were themselves judged to have regressed. A copy of a run is no second one.

    Raises RecordError naming what was not found.
    """
    parts = [part.strip() for part in side.split(",") if part.strip()]
    if not parts:
        raise RecordError(
            "a side is empty; name a file, a glob, a folder, a run number, a commit or latest:BRANCH"
        )
    runs: list[RunFile] = []
    for part in parts:
        try:
            runs += _part(part, storage)
        except RecordError:
            raise
        except (OSError, RuntimeError, ValueError) as error:  # as pathlib says of a home, a pattern or a name
            raise RecordError(f"cannot look for {part!r}: {error}") from error
    return _oldest_first(runs)


def load_runs(paths: Iterable[Path]) -> tuple[RunFile, ...]:
    """Load several runs, oldest first, passing over other benchmarks' files among them.

    Raises RecordError where a file is damaged, or none is a run of asr-harness.
    """
    runs, others = _load(paths, skipping=OtherBenchmarkError)
    if others and not runs:
        raise others[0]
    return runs


def _part(part: str, storage: Path) -> Sequence[RunFile]:
    if part.startswith(LATEST):
        return _latest(part.removeprefix(LATEST), storage)
    path = Path(part).expanduser()
    if path.is_file():
        return (load_run(path),)
    if path.is_dir():
        return _folder(path)
    if GLOB_CHARACTERS & set(part):
        return load_runs(_some(_glob(path), f"no file matches {part!r}"))
    if RUN_NUMBER.fullmatch(part):
        wanted = int(part)
        paths = [path for path in _stored(storage) if path.name.split("_")[0] == f"{wanted:04d}"]
        return load_runs(_some(paths, f"no run number {part} under {storage}; {_what_is_there(storage)}"))
    if COMMIT.fullmatch(part.lower()):
        return _of_commit(part.lower(), storage)
    raise RecordError(
        f"{part!r} is no file or folder, nor a run number, a commit of 7 digits or more, or latest:BRANCH; "
        f"{_what_is_there(storage)}"
    )


def _of_commit(commit: str, storage: Path) -> Sequence[RunFile]:
    """Load the runs of a commit; one that its name says is of it must not be damaged."""
    stored = _stored(storage)
    named = load_runs(path for path in stored if commit in path.name)
    others, _ = _load((path for path in stored if commit not in path.name), skipping=RecordError)
    runs = [run for run in (*named, *others) if (run.commit or "").startswith(commit)]
    if not runs:
        raise RecordError(f"no run of commit {commit} under {storage}; {_what_is_there(storage)}")
    return runs


def _folder(folder: Path) -> tuple[RunFile, ...]:
    return load_runs(_some(_stored(folder), f"{folder} holds no saved run (*.json)"))


def _latest(branch: str, storage: Path) -> Sequence[RunFile]:
    runs = [run for run in known_runs(storage) if run.branch == branch]
    clean = [run for run in runs if not run.is_dirty]
    sound = [run for run in clean if not run.regressions]
    if not sound:
        raise RecordError(
            f"no run of branch {branch!r} under {storage} can be a baseline; "
            f"{_skipped(len(runs) - len(clean), len(clean))}{_what_is_there(storage)}"
        )
    return [run for run in sound if run.commit == sound[-1].commit]


def _skipped(n_dirty: int, n_regressed: int) -> str:
    counts = ((n_dirty, "with uncommitted changes"), (n_regressed, "already judged as regressions"))
    skipped = [f"{n} run{'s' if n > 1 else ''} {why}" for n, why in counts if n]
    return f"skipped: {', '.join(skipped)}; pass the file to use one; " if skipped else ""


def _stored(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.json"))


def _glob(path: Path) -> list[Path]:
    """Give the files that match a pattern, and the runs in the folders that do."""
    anchor = Path(path.anchor) if path.is_absolute() else Path()
    matching = sorted(anchor.glob(str(path.relative_to(path.anchor) if path.is_absolute() else path)))
    files = [_stored(path) if path.is_dir() else [path] for path in matching]
    return list(dict.fromkeys(chain.from_iterable(files)))


def _some(paths: list[Path], complaint: str) -> list[Path]:
    if not paths:
        raise RecordError(complaint)
    return paths


def _what_is_there(storage: Path) -> str:
    stored = _stored(storage)
    if not stored:
        return "nothing is saved there: run `pytest benchmarks/ --benchmark-autosave` first"
    return f"{len(stored)} runs are there, the newest {stored[-1].name}"


def _age(run: RunFile) -> tuple[bool, str, str]:
    return run.time is not None, run.time.isoformat() if run.time else "", run.path.name


def known_runs(storage: Path = STORAGE) -> tuple[RunFile, ...]:
    """Load every readable run in storage, oldest first: a history that one damaged file must not hide."""
    runs, _ = _load(_stored(storage), skipping=RecordError)
    return runs


def former_runs(
    base: Sequence[RunFile], candidate: Sequence[RunFile], storage: Path = STORAGE
) -> tuple[RunFile, ...]:
    """Load the history where a side has a case with one run alone, whose noise only former runs can tell."""
    for side in (base, candidate):
        if 1 in Counter(case_id for run in side for case_id in run.records).values():
            return known_runs(storage)
    return ()


def _load(
    paths: Iterable[Path], *, skipping: type[RecordError]
) -> tuple[tuple[RunFile, ...], list[RecordError]]:
    """Load what can be, oldest first, with the errors that were skipped."""
    runs: list[RunFile] = []
    errors: list[RecordError] = []
    for path in paths:
        try:
            runs.append(load_run(path))
        except skipping as error:
            errors.append(error)
    return _oldest_first(runs), errors


def _oldest_first(runs: Iterable[RunFile]) -> tuple[RunFile, ...]:
    """Sort runs, each once: copies of one would pass for runs that do not differ at all."""
    return tuple(sorted(latest_of_each(runs), key=_age))
