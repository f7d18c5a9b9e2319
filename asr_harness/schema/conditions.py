"""What has to be alike for one session to go on where another was interrupted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import msgspec

from asr_harness.schema.part import Count, Part, dump, shown
from asr_harness.schema.plan import SavedPlan

MAX_LISTED = 3


@dataclass(frozen=True, slots=True)
class Conditions(Part):
    """All that bears on what a session measures; what is None or empty was not noted.

    `plan` has the limits of the buckets and the settings of the variants, `slices` the fingerprint of each
    bucket's slice, `uncommitted_changes` a digest of them, `locations` one of
    where the corpus and the models lie.
    """

    tests: tuple[str, ...]
    profile: str | None = None
    plan: SavedPlan = field(default_factory=SavedPlan)
    slices: Mapping[str, str] = field(default_factory=dict)
    n_threads: Count | None = None
    commit: str | None = None
    is_dirty: bool | None = None
    uncommitted_changes: str | None = None
    locations: str | None = None

    @property
    def digest(self) -> str:
        """Name the conditions in a few characters."""
        return sha256(msgspec.json.encode(dump(self), order="sorted")).hexdigest()[:16]

    def differences(self, now: Conditions) -> tuple[str, ...]:
        """Say of each condition that was noted here and is another now what it was and is."""
        earlier, later = _by_name(self), _by_name(now)
        noted = {name: value for name, value in earlier.items() if value not in (None, (), {})}
        return tuple(
            difference
            for name, value in noted.items()
            if value != later[name]
            for difference in _described(name, value, later[name])
        )


def _by_name(conditions: Conditions) -> dict[str, Any]:
    values = dump(conditions)
    plan: dict[str, Any] = values.pop("plan")
    return values | {f"plan.{name}": value for name, value in plan.items()}


def _described(name: str, was: Any, now: Any) -> Iterator[str]:
    if isinstance(was, dict) and isinstance(now, dict):
        for key in dict.fromkeys((*was, *now)):
            if was.get(key) != now.get(key):
                yield f"{name}.{key} was {shown(was.get(key))} and is now {shown(now.get(key))}"
    elif isinstance(was, tuple) and isinstance(now, tuple) and str in map(type, was):
        gone = [value for value in was if value not in now]
        new = [value for value in now if value not in was]
        yield from (f"{name} had {value}, which is gone" for value in gone[:MAX_LISTED])
        yield from (f"{name} has {value}, which is new" for value in new[:MAX_LISTED])
        if not gone and not new:
            yield f"{name} are in another order"
    else:
        yield f"{name} was {shown(was)} and is now {shown(now)}"
