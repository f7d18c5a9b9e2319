"""A git worktree for each side, gone afterwards whatever happened; the user's own tree is never touched."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from asr_harness.ab import git
from asr_harness.errors import AbError
from asr_harness.git import UNTRACKED_SOURCES
from asr_harness.runs.scratch import scratch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LFS_POINTER = b"version https://git-lfs"
SUBMODULE_MODE = "160000"
N_DIGITS = 7
NOT_OWN = ":(exclude,glob)**/site-packages/**", ":(exclude,glob)**/dist-packages/**"
"""What lies in an environment inside of the repository."""


@dataclass(frozen=True, slots=True)
class Worktree:
    """One side's tree: what was asked for, the commit it is, and where it lies.

    `folder` is where in the tree the user's folder is; `top` is the user's own tree, `others` are all trees
    of the repository but this one.
    """

    ref: str
    commit: str
    root: Path
    folder: Path
    top: Path
    others: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        """What was asked for, with the commit's first digits where they are not what was asked for."""
        digits = self.commit[:N_DIGITS]
        return self.ref if self.ref.startswith(digits) else f"{self.ref} ({digits})"


@contextmanager
def worktrees(refs: Sequence[str], here: Path) -> Iterator[list[Worktree]]:
    """Check out every ref into a folder of its own, and remove them at the end.

    Raises AbError outside a repository, for an unknown ref, and for what git cannot check out as a whole.
    """
    top = top_of(here)
    commits = [git.commit_of(top, ref) for ref in refs]
    with scratch("ab", top) as folder:
        roots = [folder.resolve() / f"{index}-{commit[:7]}" for index, commit in enumerate(commits)]
        for root, commit in zip(roots, commits, strict=True):
            git.git(
                top, "worktree", "add", "--detach", "--quiet", str(root), commit,
                hint="git could not check it out",
            )  # fmt: skip
            _check_out_submodules(top, root)
            _check_lfs(root)
        users = _trees_of(top)
        yield [
            Worktree(
                ref, commit, root, _inside(root, here, top, ref), top,
                tuple(tree for tree in (*users, *roots) if tree != root),
            )
            for ref, commit, root in zip(refs, commits, roots, strict=True)
        ]  # fmt: skip


def top_of(here: Path) -> Path:
    """Find the root of the user's working tree. Raises AbError where there is none."""
    hint = "run `asr-harness ab` inside a git repository"
    top = git.git(here, "rev-parse", "--show-toplevel", hint=hint)
    return Path(top).resolve()


def sides(base: str, candidate: str | None, here: Path) -> tuple[str, str]:
    """Give both refs; of `A...B`, as git diff has it, where B left A, and B. Raises AbError."""
    if candidate is not None:
        return base, candidate
    first, dots, second = base.partition("...")
    if not dots:
        raise AbError(f"{base!r} is one commit; give two, or A...B to compare B with where it left A")
    top = top_of(here)
    first, second = first or "HEAD", second or "HEAD"
    commits = git.commit_of(top, first), git.commit_of(top, second)
    hint = f"{first} and {second} have no commit in common; in a shallow clone run `git fetch --unshallow`"
    return git.git(top, "merge-base", *commits, hint=hint), second


def uncommitted(top: Path) -> list[str]:
    """Name the tracked files that differ from what is committed, and the sources that nothing tracks.

    What else is untracked, such as a report, no commit would have measured.
    """
    changed = git.listed(top, "diff", "--name-only", "--no-renames", "-z", "HEAD")
    untracked = git.listed(top, *UNTRACKED_SOURCES, *NOT_OWN)
    return sorted({*changed, *untracked})


def _inside(root: Path, here: Path, top: Path, ref: str) -> Path:
    folder = root / here.resolve().relative_to(top)
    if not folder.is_dir():
        raise AbError(f"{ref} has no folder {folder.relative_to(root)}; run from one that both commits have")
    return folder


def _trees_of(top: Path) -> list[Path]:
    """List the repository's working trees, those of this session among them."""
    lines = git.listed(top, "worktree", "list", "--porcelain", "-z")
    trees = [Path(line.removeprefix("worktree ")).resolve() for line in lines if line.startswith("worktree ")]
    return [tree for tree in trees if not (tree / "HEAD").is_file()] or [top]  # not a bare repository


def _check_out_submodules(source: Path, root: Path) -> None:
    """Fill the submodules that `source` has, from there: offline, and nothing is left in the repository."""
    for entry in git.listed(root, "ls-files", "--stage", "-z"):
        mode_and_commit, _, name = entry.partition("\t")
        mode, commit, _ = mode_and_commit.split()
        if mode != SUBMODULE_MODE or not (source / name / ".git").exists():
            continue
        hint = f"submodule {name} has no commit {commit[:7]} here; run `git submodule update --init` first"
        clone = ("clone", "--quiet", "--shared", "--no-checkout", str(source / name), str(root / name))
        git.git(root, *clone, hint=hint)
        git.git(root / name, "checkout", "--quiet", "--detach", commit, hint=hint)
        _check_out_submodules(source / name, root / name)


def _check_lfs(root: Path) -> None:
    """Raise AbError for a file that is still a pointer: a model of 130 bytes is not what the commit has."""
    if b"filter=lfs" not in b"".join(path.read_bytes() for path in root.glob(".gitattributes")):
        return
    for name in git.listed(root, "ls-files", "-z", "--", ":(attr:filter=lfs)"):
        path = root / name
        if path.is_file():
            with path.open("rb") as stream:
                is_pointer = stream.read(len(LFS_POINTER)) == LFS_POINTER
            if is_pointer:
                raise AbError(
                    f"{name} is a pointer of Git LFS; run `git lfs install` and `git lfs fetch --all`"
                )
