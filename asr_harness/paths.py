"""Paths as users write them: one that begins with `~` is in a home folder."""

from __future__ import annotations

from pathlib import Path

from asr_harness.errors import DataError


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
