"""Mutations: of JSON by its structure, of bytes and of texts by their pieces."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

N_MUTATIONS = (1, 1, 1, 2, 3)
DEEP = 200_000
NASTY: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**63, -(2**63), 10**30, 10**400, 1e308, -1e308, 5e-324, 1e-200, 0.1,
    float("nan"), float("inf"), float("-inf"), "", "x", "x" * 10_000, "\ud800", "\0", "\x1b[31mred\x1b[0m",
    "=1+1", "../../etc/passwd", "/etc/passwd", "a\nb", "::error::x", "</script><script>", "|", "`", "1e5",
    "nan", "٣", "2026", "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00", "NaT", [], {}, [[]], [None],
    {"": None}, {"x": {"x": []}}, [1, "x", None], [1.0] * 1000, ["a"] * 3,
)  # fmt: skip
"""Values that some reader does not expect."""
CHUNKS = (
    b"\0",
    b"\xff",
    b"\r\n",
    b"\n\n",
    b"[",
    b'{"',
    b'"',
    b"\\u",
    b"\\ud800",
    b"NaN",
    b"-",
    b"e999",
    b"9" * 5000,
)


def happens(random: Random, share: float) -> bool:
    """Let something be so in a share of the inputs."""
    return random.random() < share


def nasty(random: Random) -> Any:
    """Give one of `NASTY`, for the taker to change."""
    return deepcopy(random.choice(NASTY))


def of_json(value: Any, random: Random) -> bytes:
    """Give a JSON text of a value in which some nodes are others; now and then broken as a text, too."""
    for _ in range(random.choice(N_MUTATIONS)):
        value = _changed(value, random)
    raw = json.dumps(value).encode()
    if happens(random, 0.1):
        return of_bytes(raw, random)
    return _twice_a_key(raw, random) if happens(random, 0.03) else raw


def of_bytes(raw: bytes, random: Random) -> bytes:
    """Give bytes with some cut off, changed, doubled, or put in."""
    for _ in range(random.choice(N_MUTATIONS)):
        raw = random.choice(BYTES)(raw, random)
    return raw


def of_lines(raw: bytes, random: Random, separators: str = " \t") -> bytes:
    """Give a text with a word changed, dropped, doubled or in another's place; sometimes as bytes alone."""
    if happens(random, 0.3) or not raw:
        return of_bytes(raw, random)
    lines = raw.decode("utf-8", "replace").split("\n")
    for _ in range(random.choice(N_MUTATIONS)):
        place = random.randrange(len(lines))
        words = lines[place].split(separators[0])
        words[random.randrange(len(words))] = str(random.choice([nasty(random), *words, *lines[:3]]))
        lines[place] = random.choice(separators).join(words)
        if happens(random, 0.2):
            lines.insert(random.randrange(len(lines)), random.choice(lines))
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _changed(value: Any, random: Random) -> Any:
    """Change one node, each level with a chance to be it."""
    if isinstance(value, dict | list) and value and not happens(random, 0.08):
        keys = list(value) if isinstance(value, dict) else range(len(value))
        key = random.choice(keys)
        if happens(random, 0.06):
            return _rearranged(value, key, random)
        value[key] = _changed(value[key], random)
        return value
    if isinstance(value, int | float) and happens(random, 0.4):
        return random.choice((-value, value + 1, 1e9, repr(value), [value], bool(value)))
    return nasty(random)


def _rearranged(value: Any, key: Any, random: Random) -> Any:
    if isinstance(value, dict):
        taken = value.pop(key)
        if happens(random, 0.5):
            value[str(nasty(random))] = taken
        return value
    return random.choice((value[:key], value * 2, value[::-1], {str(key): value}, [*value, nasty(random)]))


def _twice_a_key(raw: bytes, random: Random) -> bytes:
    at = raw.find(b'"', random.randrange(len(raw)))
    end = raw.find(b":", at)
    return raw if at < 0 or end < 0 else raw[:at] + raw[at : end + 1] + b"1," + raw[at:]


def _cut(raw: bytes, random: Random) -> bytes:
    return raw[: random.randint(0, len(raw))]


def _flip(raw: bytes, random: Random) -> bytes:
    if not raw:
        return raw
    at = random.randrange(len(raw))
    return raw[:at] + bytes((random.randrange(256),)) + raw[at + 1 :]


def _put_in(raw: bytes, random: Random) -> bytes:
    at = random.randint(0, len(raw))
    return raw[:at] + random.choice(CHUNKS) * random.choice((1, 1, 1, 20)) + raw[at:]


def _double(raw: bytes, random: Random) -> bytes:
    first, last = sorted(random.randint(0, len(raw)) for _ in range(2))
    return raw[:last] + raw[first:last] + raw[last:]


def _take_out(raw: bytes, random: Random) -> bytes:
    first, last = sorted(random.randint(0, len(raw)) for _ in range(2))
    return raw[:first] + raw[last:]


def _zeros(raw: bytes, random: Random) -> bytes:
    first, last = sorted(random.randint(0, len(raw)) for _ in range(2))
    return raw[:first] + b"\0" * (last - first) + raw[last:]


def _deep(raw: bytes, random: Random) -> bytes:
    if not happens(random, 0.02):
        return _flip(raw, random)
    at = random.randint(0, len(raw))
    return raw[:at] + random.choice((b"[", b'{"a":')) * DEEP + raw[at:]


BYTES: Sequence[Callable[[bytes, Random], bytes]] = (
    _cut,
    _flip,
    _flip,
    _put_in,
    _double,
    _take_out,
    _zeros,
    _deep,
)
