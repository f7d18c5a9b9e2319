"""Saving a file so that nobody ever sees half of it, and so that no other session's file is in its way."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING, Any

from pytest_benchmark.utils import safe_dumps

from asr_harness.runs.disk import sync_folder, write_all
from asr_harness.runs.locking import is_still, try_lock

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX, SUFFIX = ".saving-", ".tmp"
NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


def store(storage: Any, output_json: dict[str, Any], name: str) -> Path:
    """Save a run in pytest-benchmark's storage under the next free number, and give its path.

    The file is whole and on disk when it appears. Raises OSError, leaving nothing, where that fails.
    """
    folder = storage.get(name).parent
    folder.mkdir(parents=True, exist_ok=True)  # somebody may have removed it meanwhile
    sweep(folder)
    content = safe_dumps(output_json, ensure_ascii=True, indent=4).encode()  # type: ignore[no-untyped-call]
    number = int(storage._next_num)  # noqa: SLF001
    with _written(folder, content) as temporary:
        while not _published(temporary, path := folder / f"{number:04}_{name}.json"):
            number += 1
    sync_folder(folder)
    return Path(path)


def sweep(folder: Path) -> None:
    """Remove the temporary files of sessions that were killed as they saved: nobody holds their locks."""
    for path in folder.glob(f"{PREFIX}*{SUFFIX}"):
        with suppress(OSError), path.open("rb") as stream:
            if try_lock(stream.fileno()):
                path.unlink()


@contextmanager
def _written(folder: Path, content: bytes) -> Iterator[Path]:
    """Write a temporary file, locked as long as it is there."""
    descriptor, path = _made(folder)
    try:
        os.fchmod(descriptor, 0o644)
        write_all(descriptor, content)
        yield path
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _made(folder: Path) -> tuple[int, Path]:
    while True:
        descriptor, name = mkstemp(dir=folder, prefix=PREFIX, suffix=SUFFIX)
        if try_lock(descriptor) and is_still(descriptor, Path(name)):
            return descriptor, Path(name)
        os.close(descriptor)  # another session swept it before it was locked


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
