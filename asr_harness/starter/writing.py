"""Putting files beside those that are there, none of which is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.errors import StarterError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from asr_harness.starter.files import StarterFile


def write(files: Sequence[StarterFile], root: Path) -> list[str]:
    """Write the files that are not there yet, and give a line about each; none is overwritten.

    Raises StarterError where one cannot be written.
    """
    lines = []
    for file in files:
        path = root / file.path
        if path.exists() or path.is_symlink():
            is_same = path.is_file() and path.read_bytes() == file.text.encode()
            is_settled = bool(file.settled_by) and file.settled_by in read_text(path)
            tip = "" if is_same or is_settled or not file.tip else f"; {file.tip}"
            lines.append(f"kept   {file.path}{' (the same)' if is_same else ''}{tip}")
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as stream:
                stream.write(file.text)
        except OSError as error:
            raise StarterError(f"cannot write {path}: {error.strerror}; see who owns its folder") from error
        lines.append(f"wrote  {file.path}")
    return lines


def read_text(path: Path) -> str:
    """Read what is there; what is no text, or may not be read, holds none."""
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
