"""What the metrics of the three stages share."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from asr_harness.schema import CaseResult, StageName


def reader(stage: StageName) -> Callable[[CaseResult], float | None]:
    """Read the seconds that an utterance spends in a stage: the median over rounds."""

    def read(result: CaseResult) -> float | None:
        if result.speed.one_stage:
            return None
        return median(result.speed.stage_s[stage]) / result.n_utterances

    return read
