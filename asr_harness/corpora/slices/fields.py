"""Checks of single values: each gives the value back, or raises DataError naming it and what was expected."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from asr_harness.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

MAX_NAME_CHARS = 1_000
MAX_TEXT_CHARS = 1_000_000
MAX_SHOWN_CHARS = 80
MAX_INTEGER = 2**63 - 1
MAX_FILE_NAME_BYTES = 230
"""File systems allow 255; times and a suffix are added."""

_HEX = re.compile(r"[0-9a-f]{64}")
_ELSEWHERE = re.compile(r"[/\\\x00-\x1f\x7f]|^[A-Za-z]:")
"""Separators of folders, control characters, and Windows' letters of drives."""


def read_json(path: Path, max_bytes: int) -> object:
    """Read a JSON file in UTF-8; raises DataError if it is absent, too large or no strict JSON."""
    try:
        n_bytes = path.stat().st_size
        if n_bytes > max_bytes:
            raise DataError(f"it has {n_bytes} bytes; at most {max_bytes} are read")
        loaded: object = json.loads(path.read_bytes().decode("utf-8"), parse_constant=_refuse)
    except OSError as error:
        raise DataError(str(error.strerror)) from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"it is no JSON: {error}") from error
    return loaded


def mapping(name: str, value: object, keys: Collection[str]) -> dict[str, Any]:
    """Check that a value is a mapping of just these keys."""
    if not isinstance(value, dict) or set(value) != set(keys):
        raise _wrong(name, value, f"a mapping of {', '.join(keys)}")
    return value


def sequence(name: str, value: object, n_items: int | None = None) -> list[Any]:
    """Check that a value is a list, of so many items where that is said."""
    if not isinstance(value, list) or n_items not in (None, len(value)):
        raise _wrong(name, value, "a list" if n_items is None else f"a list of {n_items}")
    return value


def text(name: str, value: object, max_chars: int = MAX_NAME_CHARS) -> str:
    """Check that a value is text that can be written as UTF-8, without NUL."""
    if not isinstance(value, str) or len(value) > max_chars or "\0" in value or not _is_unicode(value):
        raise _wrong(name, value, f"text of at most {max_chars} characters, without NULs or lone surrogates")
    return value


def integer(name: str, value: object, low: int = -MAX_INTEGER) -> int:
    """Check that a value is a whole number of at least `low`."""
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= MAX_INTEGER:
        raise _wrong(name, value, f"a whole number from {low} to {MAX_INTEGER}")
    return value


def seconds(name: str, value: object) -> float:
    """Check that a value is a finite number of seconds, 0 or more."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAX_INTEGER:
        raise _wrong(name, value, "a finite number of seconds, 0 or more")
    return value


def hexdigest(name: str, value: object) -> str:
    """Check that a value is a SHA-256 as it is printed."""
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise _wrong(name, value, "64 hexadecimal digits")
    return value


def file_name(name: str, value: object, max_bytes: int = MAX_FILE_NAME_BYTES) -> str:
    """Check that a value names one file in its folder, on every platform, and reaches none outside."""
    if not isinstance(value, str) or not _is_one_file(value) or len(value.encode()) > max_bytes:
        raise _wrong(name, value, f"a file's name of at most {max_bytes} bytes, without folders")
    return value


def _is_one_file(value: str) -> bool:
    return _is_unicode(value) and value not in ("", ".", "..") and not _ELSEWHERE.search(value)


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number")


def _wrong(name: str, value: object, expected: str) -> DataError:
    shown = f"a {type(value).__name__}" if isinstance(value, dict | list) else ascii(value)
    return DataError(f"{name} is {shown[:MAX_SHOWN_CHARS]}; expected {expected}")
