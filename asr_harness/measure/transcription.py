"""The one path on which audio becomes text, timed or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.systems.answers import checked
from asr_harness.systems.base import untimed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.schema.audio import Samples
    from asr_harness.systems.base import StageContext, System, Transcription


def transcribe(system: System, audio: Sequence[Samples], stage: StageContext = untimed) -> Transcription:
    """Transcribe one batch, each stage inside `stage(name)`.

    The audio is the system's to write to: hand it `fresh` copies of what others will hear.
    Raises ModelError for what is no transcription of the batch.
    """
    return checked(unchecked_answer(system, audio, stage), len(audio), system)


def fresh(audio: Sequence[Samples]) -> list[Samples]:
    """Copy a batch for a system that may work in place, so that nobody else hears what it wrote."""
    return [samples.copy() for samples in audio]


def unchecked_answer(system: System, audio: Sequence[Samples], stage: StageContext) -> object:
    """Run the stages of one batch and give what came back, whatever it is."""
    system.stage = stage
    with stage("preprocess"):
        features = system.preprocess(audio)
    with stage("encode"):
        encoded = system.encode(features)
    with stage("decode"):
        answer: object = system.decode(encoded)
        # Giving back what the stages handed on takes time too, and nothing after them should.
        del features, encoded
    return answer
