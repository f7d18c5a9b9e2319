"""What git says of commits, by whatever words it understands; None where it cannot tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness import git

if TYPE_CHECKING:
    from pathlib import Path


def commit_of(ref: str, folder: Path | None = None) -> str | None:
    """Find the commit that a branch, a tag, `HEAD~1` or `origin/main` means; a branch may be a remote's."""
    if ref.startswith("-") or not ref:
        return None
    for name in (ref, f"origin/{ref}"):
        commit = git.text(folder, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        if commit:
            return commit
    return None


def merge_base(first: str, second: str, folder: Path | None = None) -> str | None:
    """Find where two commits' histories part."""
    return git.text(folder, "merge-base", first, second) or None


def ancestry(commit: str, folder: Path | None = None) -> tuple[str, ...]:
    """List a commit and all before it, newest first."""
    return tuple((git.text(folder, "rev-list", "--topo-order", commit) or "").split())


def is_shallow(folder: Path | None = None) -> bool:
    """Whether a clone lacks its older commits."""
    return git.text(folder, "rev-parse", "--is-shallow-repository") == "true"
