"""How long a case took: every round of it, as one clock saw it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from asr_harness.errors import RecordError
from asr_harness.schema.part import NotNegative, Part, Positive
from asr_harness.schema.stages import STAGES, StageName


@dataclass(frozen=True, slots=True)
class Speed(Part):
    """Seconds by the device's own clock, synchronised at both ends of each batch.

    `batch_latency_s` has for each round a value a batch, shape [rounds][batches]; `stage_s` for each stage a
    value a round; `calibration_s` the calibration kernel's time beside each round. What runs elsewhere is of
    `one_stage`: its stages cannot be told apart, and all of its time stands under decode.
    """

    batch_latency_s: tuple[tuple[NotNegative, ...], ...]
    stage_s: Mapping[StageName, tuple[NotNegative, ...]]
    calibration_s: tuple[Positive, ...]
    one_stage: bool = False

    def check(self) -> None:
        """Raise RecordError where there is no round, one that took no time, or rounds that stages do not
        have.
        """
        if not self.batch_latency_s:
            raise RecordError("a measured case has no rounds")
        if not all(sum(batches) > 0 for batches in self.batch_latency_s):
            raise RecordError("a round took no time above 0")
        if not self.calibration_s:
            raise RecordError("no calibration was timed beside the rounds")
        if set(self.stage_s) != set(STAGES) or len({len(rounds) for rounds in self.stage_s.values()}) != 1:
            raise RecordError(f"stage_s has to hold {', '.join(STAGES)}, all of as many rounds")

    @property
    def rounds_s(self) -> tuple[float, ...]:
        """Seconds of each round over the whole slice."""
        return tuple(map(sum, self.batch_latency_s))
