"""What a case is measured with, and all that measuring it gave."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asr_harness.schema.machine import MachineStates
from asr_harness.schema.start import Start

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asr_harness.corpora.base import Slice, Utterance
    from asr_harness.devices.protocols import EnergyCounter, MemoryMeter, Reading, StageClock
    from asr_harness.errors import MeterError
    from asr_harness.measure.rounds import Counts, Round
    from asr_harness.schema import Case, EnergyMeasurement, MachinePeaks, StageName
    from asr_harness.systems import LoadedSystem


@dataclass(frozen=True, slots=True)
class Instruments:
    """What a device is measured with: made once, used for every case on it."""

    clock: StageClock
    calibration: Callable[[], float]
    memory: tuple[MemoryMeter, ...]
    peaks: MachinePeaks | None
    energy: EnergyCounter | MeterError


@dataclass(frozen=True, slots=True)
class Measurement:
    """All that one case gave: what ran, on what, and every round of it."""

    case: Case
    model: LoadedSystem
    slice: Slice
    batches: tuple[tuple[Utterance, ...], ...]
    counts: Counts
    memory: tuple[Reading, ...]
    peaks: MachinePeaks | None
    energy: EnergyMeasurement
    stage_energy: Mapping[StageName, EnergyMeasurement]
    rounds: tuple[Round, ...]
    machine: MachineStates = field(default_factory=MachineStates)
    machine_reasons: Mapping[str, str] = field(default_factory=dict)
    start: Start = field(default_factory=Start)
    start_reasons: Mapping[str, str] = field(default_factory=dict)

    def hypotheses(self, round_index: int = -1) -> tuple[str, ...]:
        """Give one round's transcripts in the order of the slice."""
        transcriptions = self.rounds[round_index].transcriptions
        texts = {
            utterance.id: text
            for batch, transcription in zip(self.batches, transcriptions, strict=True)
            for utterance, text in zip(batch, transcription.texts, strict=True)
        }
        return tuple(texts[utterance.id] for utterance in self.slice.utterances)
