"""Other plugins of pytest in a worker's Python: one process runs all cases, in one order, with one seed."""

from __future__ import annotations

import subprocess
from functools import cache

ARGUMENTS = {
    "xdist": ("-n0",),
    # Another seed on each side, or in each fork, would be a difference of its own.
    "pytest_randomly": ("--randomly-seed=1", "--randomly-dont-reorganize"),
}
"""By the module that is installed: pytest refuses the options of a plugin that is not."""

ASK = f"from importlib.util import find_spec; print(*(n for n in {tuple(ARGUMENTS)} if find_spec(n)))"


@cache
def arguments_for(python: str) -> tuple[str, ...]:
    """Give what a session under this Python has to be given against its other plugins."""
    done = subprocess.run([python, "-c", ASK], capture_output=True, text=True, check=False)  # noqa: S603
    return tuple(argument for name in done.stdout.split() for argument in ARGUMENTS[name])
