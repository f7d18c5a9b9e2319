"""What a stage is given, whatever it is: copied, and compared with what it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import fields, is_dataclass
from typing import Any


def copied(value: Any) -> Any:
    """Copy with all that is inside; None where something in it cannot be copied."""
    try:
        return deepcopy(value)
    except (TypeError, ValueError, RuntimeError, NotImplementedError):
        return None


def is_lazy(value: Any) -> bool:
    """Whether it is used up by whom it is given to, such as a generator, or holds what is."""
    if isinstance(value, list | tuple):
        return any(map(is_lazy, value))
    return isinstance(value, Iterator)


def alike(one: Any, other: Any) -> bool:
    """Whether two values hold the same: arrays and tensors by their content, NaN being like NaN."""
    if one is other or type(one) is not type(other):
        return one is other
    if hasattr(one, "shape") and hasattr(one, "dtype"):
        return _same_arrays(one, other)
    if (parts := _parts(one)) is not None:
        others = _parts(other) or {}
        return parts.keys() == others.keys() and all(alike(parts[name], others[name]) for name in parts)
    return bool(one == other)


def _parts(value: Any) -> Mapping[Any, Any] | None:
    if isinstance(value, Mapping):
        return value
    if isinstance(value, list | tuple):
        return dict(enumerate(value))
    if is_dataclass(value):
        return {part.name: getattr(value, part.name) for part in fields(value)}
    return getattr(value, "__dict__", None)


def _same_arrays(one: Any, other: Any) -> bool:
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    same = (one == other) | ((one != one) & (other != other))  # noqa: PLR0124 - NaN alone differs from itself
    return bool(same.all())
