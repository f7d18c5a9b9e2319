"""Find the commit that changed something between a good and a bad one: exact signals first, then time.

Where transcripts, tokens, FLOPs, operators or outcomes differ, one run a commit tells, and half of the
commits is left after each. Else the good commit and another one run side by side, as in `ab`, and each fork
sharpens the probability of every commit, until one has 95 %. A commit that cannot be measured is skipped.
What has been seen is kept: the same command goes on where it stopped. Merges count as one commit, along the
first parents. What follows `--` selects cases as for pytest (default: benchmarks/). Exit status: 0 the commit
is named, 2 unusable input, 3 not settled.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from functools import partial
from hashlib import blake2b
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import msgspec

from asr_harness.ab import git, interrupts
from asr_harness.ab.bisecting import Search, bisect
from asr_harness.ab.oracle import LiveOracle
from asr_harness.ab.workplace import cores
from asr_harness.ab.worktrees import top_of
from asr_harness.ab.zygote import Nursery
from asr_harness.cli import _bisection as bisection
from asr_harness.cli._lines import say
from asr_harness.cli._storage import add_storage
from asr_harness.cli.ab import duration_s
from asr_harness.counting import counted
from asr_harness.errors import AbError
from asr_harness.paths import read_file
from asr_harness.report.writing import write_text
from asr_harness.runs.device_locks import DeviceLocks
from asr_harness.runs.select import BISECT
from asr_harness.schema.reading import MAX_FILE_BYTES, decode_json

if TYPE_CHECKING:
    import argparse

    from asr_harness.ab.bisecting import Picture

EXIT_NAMED, EXIT_NOT_SETTLED = 0, 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take the ends, the effort and what to run."""
    parser.add_argument("good", metavar="GOOD_REF", help="a commit from before the change")
    parser.add_argument("bad", metavar="BAD_REF", help="a later commit that has it")
    parser.set_defaults(selection=[])
    parser.add_argument("--budget", default="20m", help="90s, 10m or 1h; no look begins later (%(default)s)")
    parser.add_argument(
        "--by",
        choices=("any", "exact", "time"),
        default="any",
        help="exact signals alone, time alone, or time where no exact signal differs (%(default)s)",
    )
    parser.add_argument("--again", action="store_true", help="forget what an earlier search has seen")
    parser.add_argument(
        "--cheap-forks",
        action="store_true",
        help="fork later workers from one process that has imported the installed packages (Linux)",
    )
    parser.add_argument("--cores", default=None, help="cores that both workers run on, such as 0,1 (all)")
    add_storage(parser)


def run(arguments: argparse.Namespace) -> int:
    """Search, and print what each look left."""
    began, budget_s = monotonic(), duration_s(arguments.budget)
    top = top_of(Path.cwd())
    good, commits = _commits(top, arguments.good, arguments.bad)
    selection = tuple(arguments.selection or ["benchmarks/"])
    storage = arguments.storage.resolve()
    path = _state_path(storage, good, commits[-1], selection)
    search = _load(path, commits) if path.is_file() and not arguments.again else Search(commits)
    say(f"{counted(len(commits), 'commit')} after {good[:7]}, what was seen is kept in {path}")

    def tell(search: Search, picture: Picture) -> None:
        _save(path, search)
        say(bisection.progress(search, picture))

    locks = DeviceLocks()
    nursery = Nursery() if arguments.cheap_forks else None
    lock = partial(locks.acquire, tell=say, check=interrupts.check)
    oracle = LiveOracle(
        good, Path.cwd(), sys.executable, selection, storage / BISECT, cores(arguments.cores), nursery, lock
    )

    def has_time() -> bool:
        return monotonic() - began - locks.waited_s < budget_s

    with interrupts.remembered(), locks:
        try:
            picture = bisect(search, oracle, by=arguments.by, has_time=has_time, tell=tell)
        finally:
            _save(path, search)
            if nursery is not None:
                nursery.close()
    subjects = {commit: git.attempt(top, "log", "-1", "--format=%s", commit) or "" for commit in commits}
    for line in bisection.conclusion(search, picture, subjects):
        say(line)
    return EXIT_NAMED if picture.is_sure else EXIT_NOT_SETTLED


def _commits(top: Path, good: str, bad: str) -> tuple[str, tuple[str, ...]]:
    """Give the good commit, and those after it up to the bad one, oldest first. Raises AbError."""
    ends = git.commit_of(top, good), git.commit_of(top, bad)
    if git.attempt(top, "merge-base", "--is-ancestor", *ends) is None:
        raise AbError(f"{good} is no ancestor of {bad}; give a commit that {bad} was built on, such as a tag")
    span = f"{ends[0]}..{ends[1]}"
    listed = (git.attempt(top, "rev-list", "--first-parent", "--reverse", span) or "").split()
    if not listed:
        raise AbError(f"there is no commit between {good} and {bad}; give two different ones")
    return ends[0], tuple(listed)


def _state_path(storage: Path, good: str, bad: str, selection: tuple[str, ...]) -> Path:
    asked = blake2b("\0".join(selection).encode("utf-8", "surrogateescape"), digest_size=4).hexdigest()
    return storage / BISECT / f"{good[:12]}_{bad[:12]}_{asked}.json"


def _load(path: Path, commits: tuple[str, ...]) -> Search:
    try:
        search = msgspec.convert(decode_json(read_file(path, MAX_FILE_BYTES)), Search)
    except (OSError, ValueError, RecursionError) as error:
        raise AbError(f"{path} is damaged ({error}); --again begins anew") from error
    if search.commits != commits:
        raise AbError(f"{path} is of other commits; --again begins anew")
    return search


def _save(path: Path, search: Search) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(asdict(search)))
