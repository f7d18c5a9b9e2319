"""Standard streams that may be closed, as under `>&-` or a daemon."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def open_closed_output() -> None:
    """Give a process whose standard streams were closed others that nobody reads: Python has None there."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
