"""What every part of a saved run has in common: it refuses wrong values when it is made, and knows its JSON.

The names in a file are the names of the fields, so that each stands in one place. Types and bounds are
checked by msgspec against the annotations; what they cannot say, a part's own `__post_init__` adds.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, fields
from functools import cache
from typing import Annotated, Any, TypeAlias, TypeVar, get_type_hints

import msgspec
from msgspec import Meta

from asr_harness.errors import RecordError

MAX_MAGNITUDE = 1e100
"""So large, and its inverse so small, that squares and ratios would leave what floats can hold."""

MAX_NAME = 10_000
"""Characters of a name, a version or a setting."""

MAX_TEXT = 4000
"""Characters of a reason; a library's error message may hold a whole tensor."""

Number: TypeAlias = Annotated[float, Meta(gt=-MAX_MAGNITUDE, lt=MAX_MAGNITUDE)]
NotNegative: TypeAlias = Annotated[float, Meta(ge=0.0, lt=MAX_MAGNITUDE)]
Positive: TypeAlias = Annotated[float, Meta(gt=1 / MAX_MAGNITUDE, lt=MAX_MAGNITUDE)]
Count: TypeAlias = Annotated[int, Meta(ge=0, le=2**62)]
NotNegativeCount: TypeAlias = Annotated[int, Meta(ge=0, le=2**62)]
PositiveCount: TypeAlias = Annotated[int, Meta(ge=1, le=2**62)]
Scalar: TypeAlias = str | bool | int | float | None

Made = TypeVar("Made")

_is_loading: ContextVar[bool] = ContextVar("is_loading", default=False)
"""Whether msgspec is checking every field already, as it does of what it reads."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a saved run. Raises RecordError where a value is not of its field's type, or out of its
    bounds.
    """

    def __post_init__(self) -> None:
        if not _is_loading.get():
            self._check_types()
        self.check()

    def _check_types(self) -> None:
        for name, kind in _kinds(type(self)):  # type: ignore[arg-type]  # slots hide a class's hash from mypy
            value = getattr(self, name)
            if isinstance(value, Part):
                continue
            try:
                msgspec.convert(value, kind)
                msgspec.json.encode(value)
            except (msgspec.ValidationError, UnicodeEncodeError) as error:
                raise RecordError(f"{name!r} of {type(self).__name__} is {shown(value)}: {error}") from error

    def check(self) -> None:
        """Raise RecordError for values that are each sound and do not fit together."""


def load(kind: type[Made], value: object, owner: str) -> Made:
    """Make a part of plain JSON values. Raises RecordError naming `owner` and the place that is wrong."""
    token = _is_loading.set(True)
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise RecordError(f"{owner}: {error}") from error
    finally:
        _is_loading.reset(token)


def dump(part: Part) -> dict[str, Any]:
    """Give a part as plain JSON values, mappings for parts."""
    plain: dict[str, Any] = msgspec.to_builtins(part)
    return plain


def savable_text(text: str, most: int = MAX_TEXT) -> str:
    """Give a text from outside, such as an error's message, so that any file can hold it: without half
    surrogate pairs, and not beyond reason.
    """
    whole = text.encode("utf-8", "replace").decode()
    return whole if len(whole) <= most else f"{whole[:most]}…"


def check_lengths(value: object, place: str) -> None:
    """Raise RecordError for a name that is no name: every table, page and message would repeat it. Reasons
    are cut where they are read.
    """
    if isinstance(value, str) and len(value) > MAX_NAME:
        raise RecordError(f"{place} has {len(value):,} characters, and at most {MAX_NAME:,} are read")
    if isinstance(value, dict):
        for name, item in value.items():
            check_lengths(name, place)
            if name != "reason":
                check_lengths(item, f"{place}.{name}"[:MAX_TEXT])
    elif isinstance(value, list):
        for item in value:
            check_lengths(item, place)


def shown(value: object, most: int = 40) -> str:
    """Show a wrong value, however long it is."""
    text = repr(value) if not isinstance(value, str) else repr(value[: most + 1])
    return text if len(text) <= most else f"{text[:most]}…"


@cache
def _kinds(part: type[Part]) -> tuple[tuple[str, Any], ...]:
    hints = get_type_hints(part, include_extras=True)
    return tuple((field.name, hints[field.name]) for field in fields(part))


def savable(value: Any) -> Any:
    """Mend the texts in plain JSON values: a variable of the environment may hold any bytes."""
    if isinstance(value, str):
        return savable_text(value)
    if isinstance(value, dict):
        return {name: savable(item) for name, item in value.items()}
    return [savable(item) for item in value] if isinstance(value, list | tuple) else value
