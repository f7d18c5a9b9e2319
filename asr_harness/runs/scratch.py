"""Folders for what a process puts on disk meanwhile, found again if it was killed.

The lock file in one is held as long as its process lives. A folder whose lock is free is a dead one's, and
goes when the next session of any kind starts: of `ab` with its worktrees, of others as it is.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from asr_harness import git
from asr_harness.runs.locking import is_still, try_lock

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["ab", "isolated", "fleet", "demo", "price"]
OURS = re.compile(rf"asr-harness-({'|'.join(get_args(Kind))})-[a-z0-9_]{{8}}")
"""Names that tempfile makes for us; whatever else lies there is somebody's own."""
LIVE_PREFIX = "asr-harness-live-"
LOCK, REPOSITORY, OWNER = "lock", "repository", "owner"
MAX_SOCKET_BYTES = 100
"""Of a socket's path: the kernel's structure holds 108, macOS's 104."""
SHORT_FOLDER = Path("/tmp")  # noqa: S108


@contextmanager
def scratch(kind: Kind, repository: Path | None = None) -> Iterator[Path]:
    """Give a folder of this process's own, and remove it at the end; with a repository, its worktrees too.

    What was left behind by processes that were killed is removed first.
    """
    sweep()
    folder, lock = _made(kind)
    try:
        if repository is not None:
            (folder / REPOSITORY).write_text(str(repository), "utf-8", "surrogateescape")
        yield folder
    finally:
        _remove(folder)
        os.close(lock)


def socket_folder(folder: Path) -> Path:
    """Make a folder for a worker's socket and log, in `folder` if a socket's path may be so long."""
    if len(os.fsencode(folder)) + 24 <= MAX_SOCKET_BYTES:
        return Path(tempfile.mkdtemp(prefix="live-", dir=folder))
    elsewhere = Path(tempfile.mkdtemp(prefix=LIVE_PREFIX, dir=SHORT_FOLDER))
    (elsewhere / OWNER).write_text(str(folder), "utf-8", "surrogateescape")
    return elsewhere


def sweep() -> int:
    """Remove what killed processes of this user left, and give how much there was."""
    n_swept = 0
    for folder in _own_folders(Path(tempfile.gettempdir()), "asr-harness-*"):
        # Made this moment, an older version's, or gone by now: it is passed over.
        with suppress(OSError):
            if OURS.fullmatch(folder.name) and not _is_held(folder):
                _remove(folder)
                n_swept += 1
    # Folders for sockets lie elsewhere; each names the folder of its process.
    for folder in _own_folders(SHORT_FOLDER, f"{LIVE_PREFIX}*"):
        with suppress(OSError):
            if not _is_alive(Path((folder / OWNER).read_text("utf-8", "surrogateescape"))):
                shutil.rmtree(folder, ignore_errors=True)
                n_swept += 1
    return n_swept


def _made(kind: Kind) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f"asr-harness-{kind}-"))
        with suppress(FileNotFoundError):
            lock = os.open(folder / LOCK, os.O_WRONLY | os.O_CREAT)
            if try_lock(lock) and is_still(lock, folder / LOCK):
                return folder, lock
            os.close(lock)  # another process swept it before it was locked


def _own_folders(place: Path, pattern: str) -> Iterator[Path]:
    for folder in place.glob(pattern):
        with suppress(OSError):
            if not folder.is_symlink() and folder.is_dir() and folder.stat().st_uid == os.getuid():
                yield folder


def _is_alive(folder: Path) -> bool:
    try:
        return _is_held(folder)
    except FileNotFoundError:
        return False


def _is_held(folder: Path) -> bool:
    with (folder / LOCK).open("rb") as stream:
        return not try_lock(stream.fileno())


def _remove(folder: Path) -> None:
    repository = None
    with suppress(OSError):
        repository = Path((folder / REPOSITORY).read_text("utf-8", "surrogateescape"))
    if repository is not None:
        for tree in sorted(folder.iterdir()):
            if (tree / ".git").is_file():
                git.answer(repository, "worktree", "remove", "--force", "--force", str(tree))
    shutil.rmtree(folder, ignore_errors=True)
    if repository is not None:
        git.answer(repository, "worktree", "prune")
