"""A folder for everything that a comparison puts on disk meanwhile, found again if it was killed.

The lock file in it is held as long as the process lives. A folder whose lock is free is a dead session's.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from asr_harness.ab.git import attempt
from asr_harness.runs.locking import try_lock

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "asr-harness-ab-"
LIVE_PREFIX = "asr-harness-live-"
LOCK, REPOSITORY, OWNER = "lock", "repository", "owner"
MAX_SOCKET_BYTES = 100
"""Of a socket's path: the kernel's structure holds 108, macOS's 104."""
SHORT_FOLDER = Path("/tmp")  # noqa: S108


@contextmanager
def scratch(repository: Path) -> Iterator[Path]:
    """Give a folder of this process's own, and remove it at the end with the worktrees in it.

    What sessions left behind that were killed is removed first.
    """
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    with (folder / LOCK).open("wb") as lock:
        try_lock(lock.fileno())
        (folder / REPOSITORY).write_text(str(repository), "utf-8", "surrogateescape")
        try:
            yield folder
        finally:
            _remove(folder, repository)


def socket_folder(folder: Path) -> Path:
    """Make a folder for a worker's socket and log, in `folder` if a socket's path may be so long."""
    if len(os.fsencode(folder)) + 24 <= MAX_SOCKET_BYTES:
        return Path(tempfile.mkdtemp(prefix="live-", dir=folder))
    elsewhere = Path(tempfile.mkdtemp(prefix=LIVE_PREFIX, dir=SHORT_FOLDER))
    (elsewhere / OWNER).write_text(str(folder), "utf-8", "surrogateescape")
    return elsewhere


def sweep() -> int:
    """Remove what killed sessions of this user left, and give how many there were."""
    n_swept = 0
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        lock = folder / LOCK
        try:
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            with lock.open("rb") as stream:
                if not try_lock(stream.fileno()):
                    continue
                repository = Path((folder / REPOSITORY).read_text("utf-8", "surrogateescape"))
                _remove(folder, repository)
                n_swept += 1
        except OSError:  # made this moment, an older version's, or gone by now
            continue
    return n_swept + _sweep_sockets()


def _sweep_sockets() -> int:
    """Remove the folders for sockets that lie elsewhere, and whose session's own folder is gone or dead."""
    n_swept = 0
    for folder in SHORT_FOLDER.glob(f"{LIVE_PREFIX}*"):
        try:
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            owner = Path((folder / OWNER).read_text("utf-8", "surrogateescape"))
            if not _is_alive(owner):
                shutil.rmtree(folder, ignore_errors=True)
                n_swept += 1
        except OSError:  # made this moment, an older version's, or gone by now
            continue
    return n_swept


def _is_alive(folder: Path) -> bool:
    try:
        with (folder / LOCK).open("rb") as stream:
            return not try_lock(stream.fileno())
    except FileNotFoundError:
        return False


def _remove(folder: Path, repository: Path) -> None:
    for tree in sorted(folder.iterdir()):
        if (tree / ".git").is_file():
            attempt(repository, "worktree", "remove", "--force", "--force", str(tree))
    shutil.rmtree(folder, ignore_errors=True)
    attempt(repository, "worktree", "prune")
