"""What git answers in a folder, where it may well not: no git, no repository, no such commit."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

TIMEOUT_S = 60.0
REMEDIES = {
    "dubious ownership": "the repository is another user's; if you trust it, run `git config --global --add "
    "safe.directory {folder}`",
    "not a git repository": "run it inside a git repository",
    "Needed a single revision": "the repository has no commit yet; make one",
    "No space left": "make room where TMPDIR lies, or point TMPDIR elsewhere",
}
"""What to do, by a sign in what git says when its language is English."""

UNTRACKED_SOURCES = ("ls-files", "--others", "--exclude-standard", "-z", "--", "*.py")
"""Asks for the Python files that git neither tracks nor ignores, each ended by a NUL."""

OF_CONFIGURATION = ("GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")
"""Such as a container's `safe.directory`; no hook sets them."""


def answer(folder: Path | None, *arguments: str, timeout_s: float = TIMEOUT_S) -> bytes | None:
    """Ask git in a folder, the current one if None, and give what it prints; None where it cannot tell."""
    try:
        done = _run(folder, arguments, timeout_s)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return None if done.returncode else done.stdout


def text(folder: Path | None, *arguments: str, timeout_s: float = TIMEOUT_S) -> str | None:
    """As `answer`, decoded as file names are, without the last line's end."""
    printed = answer(folder, *arguments, timeout_s=timeout_s)
    return None if printed is None else os.fsdecode(printed).rstrip("\n")


def problem(folder: Path | None = None) -> str | None:
    """Say why git names no commit in a folder, and what to do; None if it names one."""
    where = folder or Path.cwd()
    try:
        done = _run(where, ("rev-parse", "--verify", "HEAD"), TIMEOUT_S)
    except OSError as error:
        return f"git cannot be run ({error.strerror}); install it"
    except (ValueError, subprocess.SubprocessError) as error:
        return f"git does not answer: {error}"
    if not done.returncode:
        return None
    message = os.fsdecode(done.stderr).strip()
    return in_words(message, where) or message or f"git ended with status {done.returncode}"


def in_words(message: str, folder: Path) -> str | None:
    """Join the line that says why git refused and the remedy; None where none is known."""
    known = next((remedy for sign, remedy in REMEDIES.items() if sign in message), None)
    if known is None:
        return None
    line = next((line for line in message.splitlines() if line.startswith("fatal:")), message)
    return f"{line.removeprefix('fatal: ').removesuffix(': .git')}; {known.format(folder=folder)}"


def _run(
    folder: Path | None, arguments: tuple[str, ...], timeout_s: float
) -> subprocess.CompletedProcess[bytes]:
    # Inside a hook, git's own variables would point elsewhere.
    variables = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith(OF_CONFIGURATION)
    }
    return subprocess.run(  # noqa: S603
        ["git", *arguments],  # noqa: S607
        cwd=folder or Path.cwd(),
        env={**variables, "LC_ALL": "C"},
        capture_output=True,
        timeout=timeout_s,
        check=False,
    )
