"""Paths as users write them, and files that are read only if they are files."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from asr_harness.errors import DataError

NO_HOME = "/nonexistent"
"""As Debian has it for nobody."""

NO_WAITING = getattr(os, "O_NONBLOCK", 0)
"""A pipe that nobody writes to would else be waited for at its opening."""


def expanded(location: str) -> Path:
    """Give the path of a location that may begin with `~`; raises DataError if no such home is known."""
    try:
        return Path(location).expanduser()
    except RuntimeError as error:
        raise DataError(f"{location!r} names a home folder that is not known ({error})") from error


def is_there(location: str) -> bool:
    """Tell whether a location is a path to something; what is too long or too odd for a path is not."""
    try:
        return expanded(location).exists()
    except (OSError, ValueError, DataError):
        return False


def folder_at(location: str) -> Path | None:
    """Give the folder that a location is the path of; None for anything else, such as the name of a model."""
    return expanded(location) if is_there(location) and expanded(location).is_dir() else None


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
