"""What git answers in a folder, where it may well not: no git, no repository, no such commit."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

TIMEOUT_S = 60.0


def answer(folder: Path | None, *arguments: str, timeout_s: float = TIMEOUT_S) -> bytes | None:
    """Ask git in a folder, the current one if None, and give what it prints; None where it cannot tell."""
    # Inside a hook, git's own variables would point elsewhere.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(  # noqa: S603
            ["git", *arguments],  # noqa: S607
            cwd=folder or Path.cwd(),
            env=environment,
            capture_output=True,
            timeout=timeout_s,
            check=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return done.stdout


def text(folder: Path | None, *arguments: str, timeout_s: float = TIMEOUT_S) -> str | None:
    """As `answer`, decoded as file names are, without the last line's end."""
    printed = answer(folder, *arguments, timeout_s=timeout_s)
    return None if printed is None else os.fsdecode(printed).rstrip("\n")
