"""On what both sides run: the same cores, and a Python of each commit's own where that is asked for."""

from __future__ import annotations

import os
import shlex
import subprocess
from itertools import product, takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from asr_harness.errors import AbError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from asr_harness.ab.worktrees import Worktree

LAST_LINES = 8


def cores(text: str | None) -> frozenset[int] | None:
    """Give the cores that both workers run on; None where the system cannot pin a process to any.

    `text` is such as `0,1`. Raises AbError for cores that this process may not use.
    """
    if not hasattr(os, "sched_getaffinity"):
        if text:
            raise AbError(f"--cores {text!r}: this system cannot pin processes to cores; leave it out")
        return None
    allowed = frozenset(os.sched_getaffinity(0))
    if text is None:
        return allowed
    try:
        chosen = frozenset(map(int, text.split(",")))
    except ValueError as error:
        raise AbError(f"--cores {text!r} is no list of cores, such as 0,1") from error
    if not chosen <= allowed:
        raise AbError(f"--cores {text!r}: this process may run on {sorted(allowed)} only")
    return chosen


def check_suite(trees: Iterable[Worktree], selection: Sequence[str]) -> None:
    """Raise AbError where a commit lacks a file or folder that is selected, as one from before the suite."""
    words = takewhile(lambda word: not word.startswith("-"), selection)
    for tree, path in product(trees, [Path(word.partition("::")[0]) for word in words]):
        if not (tree.folder / path).exists():
            raise AbError(
                f"{tree.name} has no {path}, which has to run on both sides; "
                "compare with a commit that has it, such as the first one with the suite"
            )


def own_python(command: str, tree: Worktree) -> str:
    """Make a side's own environment by a shell command, and give its Python. Raises AbError."""
    done = subprocess.run(  # noqa: S602
        command, shell=True, cwd=tree.root, check=False, capture_output=True, text=True
    )
    python = tree.root / ".venv" / "bin" / "python"
    if done.returncode or not python.exists():
        last_words = "".join(f"\n  {line}" for line in done.stderr.strip().splitlines()[-LAST_LINES:])
        raise AbError(
            f"--environment {shlex.quote(command)} left no .venv/bin/python for {tree.ref}{last_words}"
        )
    return str(python)
