"""Files written whole or not at all: a full disk leaves what was there before."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def write_text(path: Path, text: str) -> None:
    """Put a text into a file; half a surrogate pair, which a file's name may hold, is spelled out."""
    raw = text.encode("utf-8", "backslashreplace")
    write_whole(path, lambda temporary: temporary.write_bytes(raw))


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a temporary file beside `path`, then put that in its place. Raises OSError.

    A link keeps pointing where it did; what is no regular file, such as a pipe, is written to as it is.
    """
    try:
        target = path.resolve()
        is_loop = target.is_symlink()  # from Python 3.13 on, links that lead to each other
    except RuntimeError:  # before
        is_loop = True
    if is_loop:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    if target.exists() and not target.is_file():
        with _named(path, target):
            write(target)
        return
    temporary = target.with_name(f".{target.stem}.{os.getpid()}{target.suffix}")
    try:
        with _named(path, temporary):
            write(temporary)
        os.replace(temporary, target)  # noqa: PTH105  # the name of the call that is atomic
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _named(path: Path, written: Path) -> Iterator[None]:
    """Name the file that was asked for in an error of another's, or of none's, as that of a full disk."""
    try:
        yield
    except OSError as error:
        if error.errno is not None and error.filename in (None, str(written)):
            raise OSError(error.errno, os.strerror(error.errno), str(path)) from error
        raise
