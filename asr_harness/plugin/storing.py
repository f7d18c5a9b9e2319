"""Saving a file so that nobody ever sees half of it, and so that no other session's file is in its way."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp
from typing import Any

from pytest_benchmark.utils import safe_dumps

NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


def store(storage: Any, output_json: dict[str, Any], name: str) -> Path:
    """Save a run in pytest-benchmark's storage under the next free number, and give its path.

    The file is whole and on disk when it appears. Raises OSError, leaving nothing, where that fails.
    """
    folder = storage.get(name).parent
    content = safe_dumps(output_json, ensure_ascii=True, indent=4).encode()  # type: ignore[no-untyped-call]
    number = int(storage._next_num)  # noqa: SLF001
    temporary = _written(folder, content)
    try:
        while not _published(temporary, path := folder / f"{number:04}_{name}.json"):
            number += 1
    finally:
        temporary.unlink(missing_ok=True)
    _sync(folder)
    return Path(path)


def _written(folder: Path, content: bytes) -> Path:
    descriptor, name = mkstemp(dir=folder, prefix=".saving-", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            os.fchmod(stream.fileno(), 0o644)
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _published(temporary: Path, path: Path) -> bool:
    """Give a file its name; False if the name is taken."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        return _renamed(temporary, path)
    return True


def _renamed(temporary: Path, path: Path) -> bool:
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        return False
    temporary.replace(path)
    return True


def _sync(folder: Path) -> None:
    # Some systems cannot open folders; the file's own content is safe already.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
