"""The cache folder: where it is, and files that appear in it whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from asr_harness.errors import DataError
from asr_harness.paths import expanded

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION = "v1"
"""Raise this when slices are cut, selected or stored by another rule: older ones are then left alone."""

PARTIAL = ".partial-"
ABANDONED_S = 24 * 3600


def root() -> Path:
    """Give the cache folder: `ASR_HARNESS_CACHE`, or the platform's own."""
    chosen = os.environ.get("ASR_HARNESS_CACHE")
    if chosen:
        return expanded(chosen) / VERSION
    from platformdirs import user_cache_path

    return user_cache_path("asr-harness") / VERSION


def publish(path: Path, content: bytes) -> None:
    """Write a file so that readers and other writers only ever see all of it.

    Raises DataError if the cache cannot be written.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=PARTIAL, dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            with suppress(OSError):
                Path(temporary).unlink()
        raise _unwritable(path, error) from error


def build_folder(path: Path, build: Callable[[Path], None]) -> Path:
    """Give a folder that `build` fills, if it is not there yet; it appears whole or not at all.

    Raises DataError if the cache cannot be written, and what `build` raises.
    """
    if path.is_dir():
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=PARTIAL, dir=path.parent))
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        build(temporary)
        temporary.rename(path)
    except OSError as error:
        if not path.is_dir():  # else another process has built the same in the meantime
            raise _unwritable(path, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return path


def sweep() -> None:
    """Delete what killed runs left behind, once it is a day old and no running process can want it."""
    for left in root().rglob(f"{PARTIAL}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > ABANDONED_S:
                shutil.rmtree(left) if left.is_dir() else left.unlink()


def _unwritable(path: Path, error: OSError) -> DataError:
    return DataError(f"cannot write {path} ({error.strerror}); set ASR_HARNESS_CACHE to a folder with room")
