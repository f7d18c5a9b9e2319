"""Paths as users write them, and files that are read only if they are files."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

NO_HOME = "/nonexistent"
"""As Debian has it for nobody."""

NO_WAITING = getattr(os, "O_NONBLOCK", 0)
"""A pipe that nobody writes to would else be waited for at its opening."""


def expanded(written: str) -> Path:
    """Give the path that a user wrote, `~` being a home folder; one that is unknown stays as written."""
    path = Path(written)
    try:
        return path.expanduser()
    except RuntimeError:
        return path


def ensure_home() -> None:
    """Give a process of a user whom nobody knows, without HOME, one that is not there.

    Libraries ask for it when they are imported, and end where there is none.
    """
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = NO_HOME


def read_file(path: Path, max_bytes: int) -> bytes:
    """Read a file whole. Raises OSError, in words, for what is none or has more than `max_bytes`."""
    with os.fdopen(os.open(path, os.O_RDONLY | NO_WAITING), "rb") as stream:
        state = os.fstat(stream.fileno())
        if not stat.S_ISREG(state.st_mode):
            raise OSError(errno.EINVAL, "it is a folder, a pipe or a device, not a file", str(path))
        content = b"" if state.st_size > max_bytes else stream.read(max_bytes + 1)
        if state.st_size > max_bytes or len(content) > max_bytes:
            raise OSError(
                errno.EFBIG, f"it has more than {max_bytes:,} bytes, as no such file has", str(path)
            )
        return content
