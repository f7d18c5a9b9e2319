"""What a driver and its live workers say to each other: plain tuples over a local socket.

A worker says which devices it needs, and waits until they are `locked`. It says `ready` when a case is loaded
and warmed up. It is told to `try` one round while the other side rests, which tells how long one takes, and
then to `go` for so many. It waits for each `turn`, answers with what the round took, and after the last waits
for `finish`, so that nothing of one side runs beside a round of the other. At the end it hands over the run
that it saves. Where it is asked to, it also waits for `begin` before each case, so that nothing is loaded or
warmed up beside anything either.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from multiprocessing.connection import Client
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from multiprocessing.connection import Connection

KEY_VARIABLE = "ASR_HARNESS_LIVE_KEY"
ASKED_VARIABLE = "ASR_HARNESS_LIVE_ASKS"
"""What a driver wants to hear beyond what its first version knew; another's worker says nothing unasked."""
IMPORTS, CASES, STARTS, VARIABLES = "imports", "cases", "starts", "variables"
DEVICES = "devices"
GATES, ENERGY = "gates", "energy"
"""To wait before each case until the driver lets it begin, and to measure energy after its rounds."""
BEGIN, TRY, GO, TURN, FINISH, LOCKED = "begin", "try", "go", "turn", "finish", "locked"
STOP = "stop"
"""In the place of any of these: save what was measured, and end."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A case waits for its turns; `n_cases` are there in this fork.

    `warm_up_s` is what its first pass took, maybe beside the other side's; `n_rounds` would fill the time
    that the session's own plan has for the case.
    """

    test_id: str
    case_id: str
    slice_fingerprint: str
    warm_up_s: float
    n_cases: int = 1
    n_rounds: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """One round and the calibration before it."""

    latency_s: float
    calibration_s: float
    stage_s: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Ended:
    """A case ended without rounds, or the session ended (`test_id` is empty)."""

    test_id: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class Saved:
    """The JSON text of the run that the session saves."""

    text: str


@dataclass(frozen=True, slots=True)
class Imported:
    """The files of the modules that were imported since this was said last, by their names."""

    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Selected:
    """Every case of the session by the id of its test, said before the first of them is ready or ends."""

    case_ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Begun:
    """A case begins: if the process dies, it was in this one."""

    test_id: str


@dataclass(frozen=True, slots=True)
class Devices:
    """The locks of the session's devices: nothing is loaded until the driver holds them for both sides."""

    locks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """The environment variables that are no longer what the process was started with."""

    variables: tuple[str, ...]


Message = Ready | Turn | Ended | Saved | Imported | Selected | Begun | Changed | Devices


def asked() -> tuple[str, ...]:
    """Give what the driver of this worker asks for."""
    return tuple(os.environ.get(ASKED_VARIABLE, "").split(","))


def connect(address: str) -> Connection:
    """Reach the driver from a worker."""
    return Client(address, family="AF_UNIX", authkey=bytes.fromhex(os.environ[KEY_VARIABLE]))
