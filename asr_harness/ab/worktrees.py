"""A git worktree for each side, gone afterwards whatever happened; the user's own tree is never touched."""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from asr_harness.errors import AbError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Worktree:
    """One side's tree: what was asked for, the commit it is, and where it lies."""

    ref: str
    commit: str
    root: Path
    folder: Path


@contextmanager
def worktrees(refs: Sequence[str], here: Path) -> Iterator[list[Worktree]]:
    """Check out every ref into a folder of its own, and remove them at the end.

    `folder` of each is where in the tree `here` lies. Raises AbError outside a repository or for an unknown
    ref.
    """
    top = Path(
        _git(here, "rev-parse", "--show-toplevel", hint="run `asr-harness ab` inside a git repository")
    )
    commits = [
        _git(
            top,
            "rev-parse",
            "--verify",
            "--quiet",
            f"{ref}^{{commit}}",
            hint=f"there is no commit {ref!r}; `git log` has them",
        )
        for ref in refs
    ]
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="asr-harness-ab-")))
        found = []
        for index, (ref, commit) in enumerate(zip(refs, commits, strict=True)):
            root = scratch / f"{index}-{commit[:7]}"
            stack.callback(_remove, top, root)
            _git(
                top,
                "worktree",
                "add",
                "--detach",
                "--quiet",
                str(root),
                commit,
                hint="git could not check it out",
            )
            found.append(Worktree(ref, commit, root, root / here.resolve().relative_to(top)))
        yield found


def _remove(top: Path, root: Path) -> None:
    for arguments in (["remove", "--force", str(root)], ["prune"]):
        command = ["git", "-C", str(top), "worktree", *arguments]
        subprocess.run(command, capture_output=True, check=False)  # noqa: S603


def _git(folder: Path, *arguments: str, hint: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1:]
        raise AbError(": ".join([*said, hint]))
    return done.stdout.strip()
