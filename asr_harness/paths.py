"""Paths as users write them."""

from __future__ import annotations

from pathlib import Path


def expanded(written: str) -> Path:
    """Give the path that a user wrote, `~` being a home folder; one that is unknown stays as written."""
    path = Path(written)
    try:
        return path.expanduser()
    except RuntimeError:
        return path
