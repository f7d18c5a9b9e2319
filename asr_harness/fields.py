"""Plain data that users write down: wrong keywords and values are errors that name what there is."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from functools import wraps
from math import isfinite
from typing import Any, NamedTuple, TypeGuard, TypeVar

from asr_harness.errors import GridError, near

Made = TypeVar("Made")


class Takes(NamedTuple):
    """What a field takes: a check of its value, and that in words."""

    accepts: Callable[[object], bool]
    what: str


def checked(takes: Mapping[str, Takes]) -> Callable[[type[Made]], type[Made]]:
    """Let a dataclass raise GridError for a keyword or a value that it does not take."""

    def decorated(kind: type[Made]) -> type[Made]:
        made: Any = kind.__init__
        signature = inspect.signature(made)
        known = list(signature.parameters)[1:]

        @wraps(made)
        def checking(self: Made, *values: object, **named: object) -> None:
            for name in sorted(named.keys() - set(known)):
                raise GridError(
                    f"{kind.__name__} takes no {name!r}{near(name, known)}; it takes {', '.join(known)}"
                )
            try:
                given = signature.bind(self, *values, **named)
            except TypeError as error:
                raise GridError(f"{kind.__name__}(…): {error}; it takes {', '.join(known)}") from error
            for name, value in given.arguments.items():
                if name in takes and not takes[name].accepts(value):
                    raise GridError(f"{kind.__name__}({name}={value!r}): {name} takes {takes[name].what}")
            made(self, *values, **named)

        setattr(kind, "__init__", checking)  # noqa: B010 - mypy knows no assignment to it
        return kind

    return decorated


def is_text(value: object) -> bool:
    """Whether it is a text that holds something."""
    return isinstance(value, str) and bool(value)


def are_texts(value: object) -> bool:
    """Whether it is a tuple, or the like, of at least one text; one alone would be taken for its letters."""
    return _are_some(value) and all(map(is_text, value))


def is_count(value: object) -> bool:
    """Whether it is a whole number above 0."""
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def are_counts(value: object) -> bool:
    """Whether it is a tuple, or the like, of at least one whole number above 0."""
    return _are_some(value) and all(map(is_count, value))


def is_duration(value: object) -> bool:
    """Whether it is a number of seconds above 0."""
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and value > 0


def are_limits(value: object) -> bool:
    """Whether it is two numbers of seconds, the lower one first."""
    if not isinstance(value, tuple | list) or len(value) != 2:  # noqa: PLR2004 - from and to
        return False
    low_s, high_s = value
    return (low_s == 0 or is_duration(low_s)) and is_duration(high_s) and low_s <= high_s


def by_name(accepts: Callable[[object], bool]) -> Callable[[object], bool]:
    """Make the check of a mapping from texts to what `accepts` takes."""
    return lambda value: (
        isinstance(value, Mapping) and all(map(is_text, value)) and all(map(accepts, value.values()))
    )


def _are_some(value: object) -> TypeGuard[Collection[object]]:
    return isinstance(value, Collection) and not isinstance(value, str | bytes) and bool(value)
