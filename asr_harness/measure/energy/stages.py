"""Workloads to measure: a pass over the slice, and each of its stages alone on prepared inputs."""

from __future__ import annotations

from collections.abc import MutableMapping
from copy import copy
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from asr_harness.measure.energy.measuring import measure_energy
from asr_harness.measure.transcription import transcribe
from asr_harness.types import STAGES, ReentersEncoder, untimed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asr_harness.schema import EnergyMeasurement
    from asr_harness.types import EnergyCounter, Samples, StageName, Transcriber


def slice_workload(transcriber: Transcriber, batches: Sequence[Sequence[Samples]]) -> Callable[[], None]:
    """Give the workload of one pass over the slice, on the path that the rounds take."""

    def workload() -> None:
        for audio in batches:
            transcribe(transcriber, audio)

    return workload


def stage_workloads(
    transcriber: Transcriber, batches: Sequence[Sequence[Samples]]
) -> Mapping[StageName, Callable[[], None]]:
    """Give the workload of each stage of one pass, on inputs prepared once and kept on the device.

    Where decode runs the encoder again, as in Whisper's long form, those passes are in decode here.
    """
    if isinstance(transcriber, ReentersEncoder):
        transcriber.stage = untimed
    features = [transcriber.preprocess(audio) for audio in batches]
    encoded = [transcriber.encode(batch) for batch in features]
    return {
        "preprocess": _for_each(transcriber.preprocess, batches),
        "encode": _for_each(transcriber.encode, features),
        "decode": _for_each(transcriber.decode, encoded),
    }


def measure_stages(
    workloads: Mapping[StageName, Callable[[], None]], counter: EnergyCounter, **settings: Any
) -> Mapping[StageName, EnergyMeasurement]:
    """Measure each stage with the `settings` of `measure_energy`."""
    return {stage: measure_energy(workloads[stage], counter, **settings) for stage in STAGES}


def _for_each(stage: Callable[[Any], object], inputs: Sequence[Any]) -> Callable[[], None]:
    def workload() -> None:
        for batch in inputs:
            stage(_unshared(batch))

    return workload


def _unshared(value: Any) -> Any:
    """Copy the mappings in what a stage is given, not their tensors.

    `generate` of transformers widens the encoder's output in place for beams, so that a second decode of the
    same output would find more rows than the first.
    """
    if isinstance(value, MutableMapping):
        return copy(value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    return replace(
        value, **{part.name: _unshared(getattr(value, part.name)) for part in fields(value) if part.init}
    )
