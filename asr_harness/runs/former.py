"""Former runs, as the index has them: what tells the noise of a single run, and what came before a commit."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from asr_harness.runs import index
from asr_harness.runs.select import STORAGE, each_once, saved_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from asr_harness.runs.summary import Header, Summary
    from asr_harness.schema import RunFile

MAX_RUNS = 200
"""The newest: how much runs differ, so many tell, and older ones of older times."""


def former_runs(
    base: Sequence[RunFile], candidate: Sequence[RunFile], columns: Sequence[str], storage: Path = STORAGE
) -> tuple[Summary, ...]:
    """Give the newest runs where a side has a case with one run alone, whose noise only they can tell."""
    for side in (base, candidate):
        if 1 in Counter(case_id for run in side for case_id in run.records).values():
            return newest_runs(columns, storage)
    return ()


def newest_runs(columns: Sequence[str], storage: Path = STORAGE) -> tuple[Summary, ...]:
    """Give the newest readable runs, oldest first: a history that one damaged file must not hide."""
    return summaries_of((head.path for head in _readable(storage)), columns)


def recent_commits(storage: Path, n_commits: int, columns: Sequence[str]) -> tuple[Summary, ...]:
    """Give the newest commits' runs, oldest first, but for those of uncommitted changes; of many runs a
    commit, the newest.
    """
    clean = [head for head in _readable(storage) if not head.is_dirty]
    labels = set(list(dict.fromkeys(head.label for head in reversed(clean)))[:n_commits])
    return summaries_of((head.path for head in clean if head.label in labels), columns)


def summaries_of(paths: Iterable[Path], columns: Sequence[str]) -> tuple[Summary, ...]:
    """Give the last of these files, oldest first, but for what cannot be read."""
    kept = index.kept([*paths][-MAX_RUNS:], columns)
    return each_once(one for one in kept if not one[0].error)


def with_columns(runs: Sequence[Summary], columns: Sequence[str]) -> list[Summary]:
    """Give the same parts of the same runs with these columns. Raises RecordError for a file that is gone."""
    wanted = {(run.head.path, run.machine.digest) for run in runs}
    kept = index.kept([run.head.path for run in runs], columns)
    for head, _ in kept:
        if head.error:
            raise head.error
    return [part for head, parts in kept for part in parts if (head.path, part.machine.digest) in wanted]


def _readable(storage: Path) -> list[Header]:
    return [head for head in index.headers(saved_files(storage)) if not head.error]
