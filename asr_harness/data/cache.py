"""The cache folder: where it is, and files that appear in it whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from asr_harness.errors import DataError

VERSION = "v1"
"""Raise this when slices are cut, selected or stored by another rule: older ones are then left alone."""


def root() -> Path:
    """Give the cache folder: `ASR_HARNESS_CACHE`, or the platform's own."""
    chosen = os.environ.get("ASR_HARNESS_CACHE")
    if chosen:
        return Path(chosen).expanduser() / VERSION
    from platformdirs import user_cache_path

    return user_cache_path("asr-harness") / VERSION


def publish(path: Path, content: bytes) -> None:
    """Write a file so that readers and other writers only ever see all of it.

    Raises DataError if the cache cannot be written.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=".partial-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            with suppress(OSError):
                Path(temporary).unlink()
        raise DataError(
            f"cannot write {path} ({error.strerror}); set ASR_HARNESS_CACHE to a folder with room"
        ) from error
