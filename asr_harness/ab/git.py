"""git, as it is asked in a repository of anybody's: without a hook's variables, its refusals in words."""

from __future__ import annotations

import os
import subprocess
from functools import cache
from typing import TYPE_CHECKING

from asr_harness import git as git_words
from asr_harness.errors import AbError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def environment() -> dict[str, str]:
    """Give the environment of every child: a hook's GIT_DIR or GIT_INDEX_FILE would lead it astray."""
    local = _local_variables()
    return {
        name: value
        for name, value in os.environ.items()
        if name not in local or name.startswith(git_words.OF_CONFIGURATION)
    }


def git(folder: Path, *arguments: str, hint: str) -> str:
    """Ask git, and give what it prints. Raises AbError with the remedy, or with `hint`."""
    done = _run(folder, *arguments)
    if done.returncode:
        message = os.fsdecode(done.stderr).strip()
        known = git_words.in_words(message, folder)
        raise AbError(known or ": ".join([*message.splitlines()[-1:], hint]))
    return os.fsdecode(done.stdout).rstrip("\n")


def attempt(folder: Path, *arguments: str) -> str | None:
    """Ask git what it may well refuse; None if it does."""
    done = _run(folder, *arguments)
    return None if done.returncode else os.fsdecode(done.stdout).rstrip("\n")


def listed(folder: Path, *arguments: str) -> tuple[str, ...]:
    """Ask git for names that it ends with NUL, so that letters beyond ASCII stay what they are."""
    return tuple(name for name in (attempt(folder, *arguments) or "").split("\0") if name)


def commit_of(top: Path, ref: str) -> str:
    """Find the commit that a ref means. Raises AbError, in a shallow clone with the way to the rest."""
    commit = attempt(top, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    if commit:
        return commit
    if attempt(top, "rev-parse", "--is-shallow-repository") == "true":
        raise AbError(
            f"there is no commit {ref!r} in this shallow clone; run `git fetch --unshallow` (in "
            "actions/checkout `fetch-depth: 0`, in GitLab: `GIT_DEPTH: 0`)"
        )
    remote = next((name for name in (attempt(top, "remote") or "").split()), None)
    if remote and attempt(top, "rev-parse", "--verify", "--quiet", f"{remote}/{ref}^{{commit}}"):
        raise AbError(f"there is no commit {ref!r}; {remote}/{ref} is there")
    names = attempt(top, "for-each-ref", "--format=%(refname:short)", "--count=8", "refs/heads", "refs/tags")
    there = f"; there are {', '.join(names.split())}" if names else ""
    raise AbError(f"there is no commit {ref!r}; `git log` has them{there}")


@cache
def _local_variables() -> frozenset[str]:
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--local-env-vars"],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise AbError(
            f"git cannot be run ({error.strerror}); install it, as ab checks commits out"
        ) from error
    return frozenset((*done.stdout.split(), "GIT_NAMESPACE", "GIT_QUARANTINE_PATH"))


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    # Messages are looked at above, so they have to be English; a hook of the user's has no say in a checkout.
    variables: Mapping[str, str] = {**environment(), "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
    command = ["git", "-C", str(folder), "-c", f"core.hooksPath={os.devnull}", *arguments]
    return subprocess.run(command, capture_output=True, check=False, env=variables)  # noqa: S603
