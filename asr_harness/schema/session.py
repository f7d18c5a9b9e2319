"""What a session was: its cost, its share of a selection, and, in a merged file, one session of several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from asr_harness.errors import RecordError
from asr_harness.schema.case import Case
from asr_harness.schema.code import CodeRecord
from asr_harness.schema.environment import Environment, MachinePeaks
from asr_harness.schema.part import NotNegative, Part, PositiveCount


@dataclass(frozen=True, slots=True)
class SessionCost(Part):
    """Seconds that the session took, and those of them that went to loading."""

    wall_s: NotNegative | None = None
    loading_s: NotNegative | None = None


@dataclass(frozen=True, slots=True)
class SavedShard(Part):
    """Which share of a selection a session was to measure, from 1; `selected` has all cases of all shares."""

    index: PositiveCount
    n_shards: PositiveCount
    selected: tuple[Case, ...]

    def check(self) -> None:
        """Raise RecordError for a share beyond the last."""
        if self.index > self.n_shards:
            raise RecordError(f"there is no shard {self.index} of {self.n_shards}")


@dataclass(frozen=True, slots=True)
class SessionPart(Part):
    """One of the sessions in a merged file: the ids of its cases, and the machine that they ran on.

    `file` is the name of the file that it saved, `time` when, as ISO 8601 has it.
    """

    cases: tuple[str, ...]
    environment: Environment
    session_id: str
    file: str = ""
    time: str | None = None
    session: SessionCost = field(default_factory=SessionCost)
    peaks: Mapping[str, MachinePeaks] = field(default_factory=dict)
    code: CodeRecord | None = None
