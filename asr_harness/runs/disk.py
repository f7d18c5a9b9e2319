"""What makes a file outlast a power cut: all of it written, synced, and its name synced in its folder."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write_all(descriptor: int, content: bytes) -> None:
    """Write, however little is taken at once, and wait until it is on disk. Raises OSError."""
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]
    os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on disk, and its own name in the folder above, which may be as new."""
    for each in (folder, folder.parent, folder.parent.parent):
        # Some systems cannot open folders; the files' own content is safe already.
        with suppress(OSError):
            descriptor = os.open(each, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
