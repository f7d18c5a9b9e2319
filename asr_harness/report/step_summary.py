"""The page of a GitHub Actions step, to which the comment is added where there is one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

VARIABLE = "GITHUB_STEP_SUMMARY"


def add(text: str) -> None:
    """Append Markdown to the summary of the running step, if any; say what cannot be written.

    docs.github.com/actions/reference/workflow-commands: the file that the variable names.
    """
    named = os.environ.get(VARIABLE)
    if not named:
        return
    try:
        with Path(named).open("a", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(f"{text}\n\n")
    except OSError as error:
        print(f"cannot write {VARIABLE} {named}: {error.strerror}", file=sys.stderr)  # noqa: T201
