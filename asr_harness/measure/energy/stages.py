"""Workloads to measure: a pass over the slice, and each of its stages alone on prepared inputs."""

from __future__ import annotations

from collections.abc import MutableMapping
from copy import copy
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from asr_harness.errors import MeterError
from asr_harness.measure.energy.inputs import alike, copied, is_lazy
from asr_harness.measure.energy.measuring import measure_energy
from asr_harness.measure.transcription import fresh, transcribe
from asr_harness.schema import STAGES
from asr_harness.systems.base import untimed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asr_harness.devices.protocols import EnergyCounter
    from asr_harness.schema import EnergyMeasurement, StageName
    from asr_harness.schema.audio import Samples
    from asr_harness.systems.base import System


def slice_workload(system: System, batches: Sequence[Sequence[Samples]]) -> Callable[[], None]:
    """Give the workload of one pass over the slice, on the path that the rounds take."""

    def workload() -> None:
        for audio in map(fresh, batches):
            transcribe(system, audio)

    return workload


def stage_workloads(
    system: System, batches: Sequence[Sequence[Samples]]
) -> Mapping[StageName, Callable[[], None]]:
    """Give the workload of each stage of one pass, on inputs prepared once and kept on the device.

    Where decode runs the encoder again, as in Whisper's long form, those passes are in decode here. Raises
    MeterError where a stage cannot be looped alone.
    """
    system.stage = untimed
    features = [system.preprocess(audio) for audio in map(fresh, batches)]
    encode = _unspoilt(system.encode, features[0])
    encoded = [encode(batch) for batch in features]
    decode = _unspoilt(system.decode, encoded[0])
    return {
        "preprocess": _for_each(lambda audio: system.preprocess(fresh(audio)), batches),
        "encode": _for_each(encode, features),
        "decode": _for_each(decode, encoded),
    }


def _unspoilt(stage: Callable[[Any], Any], sample: Any) -> Callable[[Any], Any]:
    """Give a stage that leaves its input as it was: copied at each call where the stage writes to it.

    Whether it does is tried on a copy of `sample`. The joules of such a stage are its copies', too.
    """
    if is_lazy(sample):
        raise MeterError(
            "a stage hands on what is lazy and used up by one pass, so that the next stage cannot be looped "
            "alone: hand on a list"
        )
    tried = copied(sample)
    if tried is None:  # what cannot be copied, such as a driver's handle, cannot be looked after
        return stage
    stage(_unshared(tried))
    if alike(tried, sample):
        return stage
    return lambda given: stage(copied(given))


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
    if type(value) is tuple:
        return tuple(map(_unshared, value))
    if not is_dataclass(value) or isinstance(value, type):
        return value
    return replace(
        value, **{part.name: _unshared(getattr(value, part.name)) for part in fields(value) if part.init}
    )
