"""What a judgement rests on: saved runs of both sides, and the forks of `ab` where there are any."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.runs.summary import Summary
    from asr_harness.schema import RunFile, StageName
    from asr_harness.stats.sequential import Looks

Side = Literal["base", "candidate"]
SIDES: tuple[Side, Side] = ("base", "candidate")


@dataclass(frozen=True, slots=True)
class LogRatio:
    """One fork of one case: the log ratio of latencies, candidate over base.

    `raw` is judged, `calibrated` has each round over the calibration beside it; both are
    Hodges-Lehmann estimates over pairs of rounds that follow each other. `stages` has the raw ratio of each
    stage that takes time on both sides, and `first` is the side whose process started first.
    """

    raw: float
    calibrated: float
    stages: Mapping[StageName, float] = field(default_factory=dict)
    first: Side = "base"


@dataclass(frozen=True, slots=True)
class Forks:
    """Paired forks of each case, by its id; `looks` are the planned interim looks.

    `lost` has for each case that ended on one side alone that side, the outcome and the reason.
    """

    log_ratios: Mapping[str, Sequence[LogRatio]]
    looks: Looks
    lost: Mapping[str, tuple[Side, str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Saved runs of both sides; `history` are summaries of former runs with the `history_columns`, from which
    the noise of a single run is known.

    Where there are `forks`, times are judged by them alone, and runs by everything else.
    """

    base: Sequence[RunFile]
    candidate: Sequence[RunFile]
    history: Sequence[Summary] = ()
    forks: Forks | None = None
