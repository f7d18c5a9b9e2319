"""Which saved runs a side means: files, globs, folders, run numbers, commits, or the latest of a branch."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from asr_harness import git
from asr_harness.counting import counted, listed
from asr_harness.errors import OtherBenchmarkError, RecordError
from asr_harness.runs import commits, index
from asr_harness.runs.summary import header, summarised
from asr_harness.schema import RunFile, load_run
from asr_harness.schema.latest import latest_of_each

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from asr_harness.runs.index import Kept, Tell
    from asr_harness.runs.summary import Header, Summary

STORAGE = Path(".benchmarks")
LATEST = "latest:"
RUN_NUMBER = re.compile(r"\d{1,6}")
COMMIT = re.compile(r"[0-9a-f]{7,40}")
GLOB_CHARACTERS = frozenset("*?[")
MAX_LISTED = 8
SIDE_BY_SIDE = AB, BISECT = "ab", "bisect"
"""Folders of a storage for runs that were taken side by side, which are unlike what one session takes."""


def select_runs(
    side: str,
    storage: Path = STORAGE,
    *,
    excluding: Collection[str] = (),
    tell: Tell | None = None,
) -> tuple[RunFile, ...]:
    """Load the runs of one side, oldest first.

    `side` is one or several, separated by commas, of: a file, a glob, a folder, a run number such as 7 or
    0007, a commit in git's words (`main`, `HEAD~1`, seven or more digits), or `latest:BRANCH`: every run
    of the newest commit of a branch that has any, by ancestry, but for those that were themselves judged to
    have regressed or left undecided, and never of a commit in `excluding`. A copy of a run is no second one.
    `tell` hears of what was passed over, as a damaged file of a folder, a glob or a commit is beside sound
    ones; where nobody is to hear of it, and where the file itself or its number was given, it is an error.

    Raises RecordError naming what was not found, or is damaged.
    """
    runs: list[RunFile] = []
    for part in _parts(side):
        with _naming(part):
            runs += _part(part, storage, excluding, tell)
    return _oldest_first(runs)


def select_summaries(
    side: str,
    storage: Path = STORAGE,
    columns: Sequence[str] = (),
    *,
    tell: Tell | None = None,
) -> tuple[Summary, ...]:
    """Give what is kept of the runs of one side, oldest first, as `select_runs` has them.

    Files are read only where no index holds these columns of them. Raises RecordError as `select_runs` does.
    """
    found: list[Kept] = []
    for part in _parts(side):
        with _naming(part):
            paths = _many(part)
            if paths is None:
                runs = _part(part, storage, (), tell)
                found += [(header(run), summarised([run], columns)) for run in runs]
            else:
                kept = index.kept(paths, columns, tell or _nobody)
                sound = [each for each in kept if each[0].error is None]
                _pass_over([head.error for head, _ in kept if head.error is not None], bool(sound), tell)
                found += sound
    return each_once(found)


def each_once(kept: Iterable[Kept]) -> tuple[Summary, ...]:
    """Give the summaries of runs, oldest first, each once: copies of one would pass for runs that do not
    differ at all.
    """
    by_head = {id(head): (head, summaries) for head, summaries in kept}
    heads = sorted(latest_of_each(head for head, _ in by_head.values()), key=lambda head: head.age)
    return tuple(summary for head in heads for summary in by_head[id(head)][1])


def _parts(side: str) -> list[str]:
    parts = [part.strip() for part in side.split(",") if part.strip()]
    if not parts:
        raise RecordError(
            "a side is empty; name a file, a glob, a folder, a run number, a commit or latest:BRANCH"
        )
    return parts


@contextmanager
def _naming(part: str) -> Iterator[None]:
    """Name the part of a side that a path, a pattern or a home could not be made of, as pathlib says."""
    try:
        yield
    except RecordError:
        raise
    except (OSError, RuntimeError, ValueError) as error:
        raise RecordError(f"cannot look for {part!r}: {error}") from error


def _many(part: str) -> list[Path] | None:
    """Give the files of a folder or a pattern; None for what names runs in another way."""
    path = Path(part).expanduser()
    if part.startswith(LATEST) or path.is_file():
        return None
    if path.is_dir():
        return _some(saved_files(path), f"{path} holds no saved run (*.json)")
    if GLOB_CHARACTERS & set(part):
        return _some(_glob(path), f"no file matches {part!r}")
    return None


def _pass_over(errors: Sequence[RecordError], has_sound: bool, tell: Tell | None) -> None:
    """Let go of other benchmarks' files, and of damaged ones where `tell` hears of each.

    Raises the first error where no file was sound, or nobody hears of it.
    """
    damages = [error for error in errors if not isinstance(error, OtherBenchmarkError)]
    if damages and (tell is None or not has_sound):
        raise damages[0]
    if errors and not has_sound:
        raise errors[0]
    for error in damages:
        (tell or _nobody)(f"passed over: {error}")


def _nobody(_: str) -> None:
    pass


def load_runs(paths: Iterable[Path], tell: Tell | None = None) -> tuple[RunFile, ...]:
    """Load several runs, oldest first, passing over other benchmarks' files among them, and damaged ones of
    which `tell` hears.

    Raises RecordError where a file is damaged of which nobody hears, or none is a run of asr-harness.
    """
    runs, errors = _load(paths, skipping=RecordError)
    _pass_over(errors, bool(runs), tell)
    return runs


def sides(base: str, candidate: str | None) -> tuple[str, str]:
    """Give both sides; of `A...B`, as git diff has it, where B left A, and B. Raises RecordError."""
    if candidate is not None:
        return base, candidate
    first, dots, second = base.partition("...")
    if not dots:
        raise RecordError(f"{base!r} is one side; give two, or A...B to compare B with where it left A")
    ends = [(name or "HEAD", commits.commit_of(name or "HEAD")) for name in (first, second)]
    for name, commit in ends:
        if commit is None:
            raise RecordError(f"git knows no commit {name!r}{_of_git()}")
    parted = commits.merge_base(ends[0][1] or "", ends[1][1] or "")
    if parted is None:
        raise RecordError(f"{ends[0][0]} and {ends[1][0]} have no commit in common{_of_git()}")
    return parted, ends[1][1] or ""


def _part(part: str, storage: Path, excluding: Collection[str], tell: Tell | None) -> Sequence[RunFile]:
    if part.startswith(LATEST):
        return _latest(part.removeprefix(LATEST), storage, excluding, tell or _nobody)
    paths = _many(part)
    if paths is not None:
        return load_runs(paths, tell)
    path = Path(part).expanduser()
    if path.is_file():
        return (load_run(path),)
    if RUN_NUMBER.fullmatch(part):
        wanted = int(part)
        paths = [path for path in saved_files(storage) if path.name.split("_")[0] == f"{wanted:04d}"]
        return load_runs(_some(paths, f"no run number {part} under {storage}; {_numbers_there(storage)}"))
    named = part.lower() if COMMIT.fullmatch(part.lower()) else commits.commit_of(part)
    if named:
        return _of_commit(named, storage, part, tell)
    raise RecordError(
        f"{part!r} is no file or folder, nor a run number, a commit of 7 digits or in git's words, or "
        f"latest:BRANCH{_of_git()}; {_what_is_there(storage)}"
    )


def _of_commit(commit: str, storage: Path, name: str, tell: Tell | None) -> Sequence[RunFile]:
    """Load the runs of a commit; of one that its name says is of it, and is damaged, `tell` hears."""
    stored = saved_files(storage)
    named = load_runs((path for path in stored if commit in path.name), tell)
    others = [
        head.path
        for head in index.headers(path for path in stored if commit not in path.name)
        if (head.commit or "").startswith(commit)
    ]
    runs = [
        run
        for run in (*named, *_load(others, skipping=RecordError)[0])
        if (run.commit or "").startswith(commit)
    ]
    if not runs:
        shown = commit if name.lower() == commit else f"{name} ({commit[:7]})"
        raise RecordError(f"no run of commit {shown} under {storage}; {_what_is_there(storage)}")
    return runs


def _latest(branch: str, storage: Path, excluding: Collection[str], tell: Tell) -> Sequence[RunFile]:
    """Go by ancestry where git knows the branch, else by the name that runs were saved under.

    The index tells which commit; only its runs are read.
    """
    heads = index.headers(saved_files(storage), tell)
    for head in heads:
        if head.error and not head.is_other:
            tell(f"passed over: {head.error}")
    known = [head for head in heads if not head.error and head.commit not in excluding]
    tip = commits.commit_of(branch)
    by_age = {commit: age for age, commit in enumerate(commits.ancestry(tip) if tip else ())}
    of_branch = [head for head in known if head.commit in by_age]
    others = [head for head in known if head.branch == branch and head.commit not in by_age]
    newest_first = [
        *sorted(of_branch, key=lambda head: by_age[head.commit or ""]),
        *reversed(others),
    ]
    for commit in dict.fromkeys(head.commit for head in newest_first if head.may_be_baseline):
        # Of an interrupted session and the one that resumed it, the latter alone counts, sound or not.
        of_commit = latest_of_each(head for head in known if head.commit == commit)
        sound = [head.path for head in of_commit if head.may_be_baseline]
        if sound:
            seen = of_branch if commit in by_age else [*of_branch, *others]
            _tell_open(branch, sum(map(_is_open, seen)), tell)
        if sound and commit not in by_age:
            why = f"no run is of a commit on {branch}" if tip else f"git knows no branch {branch!r} here"
            tell(f"{LATEST}{branch}: {why}{_of_git()}; taken: the newest that was saved under that name")
        if sound:
            return load_runs(sound)
    seen = [*of_branch, *others]
    n_dirty, n_open = sum(head.is_dirty for head in seen), sum(map(_is_open, seen))
    raise RecordError(
        f"no run of branch {branch!r} under {storage} can be a baseline; "
        f"{_left_out(n_dirty, len(seen) - n_dirty - n_open, n_open)}{_what_is_there(storage)}{_of_git()}"
    )


def _is_open(head: Header) -> bool:
    return not head.is_dirty and not head.has_regressed and head.is_undecided


def _tell_open(branch: str, n_undecided: int, tell: Tell) -> None:
    if n_undecided:
        tell(f"{LATEST}{branch}: passed over {_skipped(0, 0, n_undecided)}")


def _left_out(n_dirty: int, n_regressed: int, n_undecided: int) -> str:
    skipped = _skipped(n_dirty, n_regressed, n_undecided)
    return f"skipped: {skipped}; " if skipped else ""


def _skipped(n_dirty: int, n_regressed: int, n_undecided: int) -> str:
    counts = (
        (n_dirty, "with uncommitted changes"),
        (n_regressed, "already judged as regressions"),
        (n_undecided, "whose own judgement was left open (`--undecided pass` accepts such a run)"),
    )
    skipped = [f"{counted(n, 'run')} {why}" for n, why in counts if n]
    return f"{', '.join(skipped)}; pass the file to use one" if skipped else ""


def saved_files(folder: Path) -> list[Path]:
    """List what may be a run in a folder and all below it, in the order of their names.

    What `ab` and `bisect` saved below it is left out: it takes their own folders to name that.
    """
    depth = len(folder.parts)
    paths = (path for path in folder.rglob("*.json") if path.parts[depth] not in SIDE_BY_SIDE)
    return sorted(paths, key=lambda path: path.parts)


def _glob(path: Path) -> list[Path]:
    """Give the files that match a pattern, and the runs in the folders that do."""
    anchor = Path(path.anchor) if path.is_absolute() else Path()
    matching = sorted(anchor.glob(str(path.relative_to(path.anchor) if path.is_absolute() else path)))
    files = [saved_files(path) if path.is_dir() else [path] for path in matching]
    return list(dict.fromkeys(chain.from_iterable(files)))


def _some(paths: list[Path], complaint: str) -> list[Path]:
    if not paths:
        raise RecordError(complaint)
    return paths


def _what_is_there(storage: Path) -> str:
    stored = saved_files(storage)
    if not stored:
        return _nothing_saved(storage)
    newest_first = [head for head in reversed(index.headers(stored)) if not head.error]
    counts = Counter((head.label, head.branch or "no branch") for head in newest_first)
    shown = [f"{n} of {label} on {branch}" for (label, branch), n in [*counts.items()][:MAX_LISTED]]
    return f"{counted(len(stored), 'run')} there, newest first: {', '.join(shown) or 'none that can be read'}"


def _numbers_there(storage: Path) -> str:
    heads = (path.name.partition("_")[0] for path in saved_files(storage))
    numbers = sorted({int(head) for head in heads if RUN_NUMBER.fullmatch(head)}, reverse=True)
    if not numbers:
        return _what_is_there(storage)
    return f"there are, newest first: {listed([str(number) for number in numbers], MAX_LISTED)}"


def _nothing_saved(storage: Path) -> str:
    above = storage_above(storage)
    if above is not None:
        return f"nothing is saved there, but in {above}: give --storage {above}, or change to its folder"
    return "nothing is saved there: run `pytest benchmarks/ --benchmark-autosave` first"


def storage_above(storage: Path) -> Path | None:
    """Give the folder of that name with runs in the nearest folder above, as far as a repository's top."""
    for depth, folder in enumerate((Path.cwd(), *Path.cwd().parents)):
        above = Path(*[".."] * depth) / storage
        if depth and not storage.is_absolute() and above.is_dir() and saved_files(above):
            return above
        if (folder / ".git").exists():
            return None
    return None


def all_of(storage: Path) -> str:
    """Give the side that means all saved runs. Raises RecordError, with the way out, where there is none."""
    if not storage.is_dir() or not saved_files(storage):
        raise RecordError(f"no saved run under {storage}; {_nothing_saved(storage)}")
    return str(storage)


def _of_git() -> str:
    """Say what keeps git from knowing more; empty if nothing does."""
    if commits.is_shallow():
        return "; this clone is shallow: `git fetch --unshallow` brings the rest"
    problem = git.problem()
    return f"; {problem}" if problem else ""


def known_runs(storage: Path = STORAGE) -> tuple[RunFile, ...]:
    """Load every readable run in storage, oldest first: a history that one damaged file must not hide."""
    runs, _ = _load(saved_files(storage), skipping=RecordError)
    return runs


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
    return tuple(sorted(latest_of_each(runs), key=lambda run: run.age))
