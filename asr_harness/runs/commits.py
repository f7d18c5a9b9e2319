"""What git says of commits, by whatever words it understands; None where it cannot tell."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

GIT_TIMEOUT_S = 60.0


def commit_of(ref: str, folder: Path | None = None) -> str | None:
    """Find the commit that a branch, a tag, `HEAD~1` or `origin/main` means; a branch may be a remote's."""
    if ref.startswith("-") or not ref:
        return None
    for name in (ref, f"origin/{ref}"):
        commit = _git(folder, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        if commit:
            return commit
    return None


def merge_base(first: str, second: str, folder: Path | None = None) -> str | None:
    """Find where two commits' histories part."""
    return _git(folder, "merge-base", first, second) or None


def ancestry(commit: str, folder: Path | None = None) -> tuple[str, ...]:
    """List a commit and all before it, newest first."""
    return tuple((_git(folder, "rev-list", "--topo-order", commit) or "").split())


def is_shallow(folder: Path | None = None) -> bool:
    """Whether a clone lacks its older commits."""
    return _git(folder, "rev-parse", "--is-shallow-repository") == "true"


def _git(folder: Path | None, *arguments: str) -> str | None:
    # Inside a hook, git's own variables would point elsewhere.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(  # noqa: S603
            ["git", *arguments],  # noqa: S607
            cwd=folder or Path.cwd(), env=environment, capture_output=True, timeout=GIT_TIMEOUT_S, check=True,
        )  # fmt: skip
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return os.fsdecode(done.stdout).strip()
