"""Lines that commands write as they go, each at once: what they answer, and what they remark beside it."""

import sys


def say(line: str) -> None:
    """Write a line of the answer."""
    print(line, flush=True)  # noqa: T201


def tell(line: str) -> None:
    """Write a remark to standard error, so that the answer stays alone on the other."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201
