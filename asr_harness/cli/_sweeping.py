"""How often Python looks for garbage while a command reads thousands of runs, or draws."""

import gc

MANY_OBJECTS = 100_000
"""Between two sweeps: to look at all that is read and drawn takes up to a quarter of the time."""


def sweep_seldom() -> None:
    """Sweep so seldom in this process, which ends with its command."""
    gc.set_threshold(MANY_OBJECTS)
