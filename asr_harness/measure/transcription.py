"""The one path on which audio becomes text, timed or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.systems.base import untimed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.schema.audio import Samples
    from asr_harness.systems.base import StageContext, System, Transcription


def transcribe(system: System, audio: Sequence[Samples], stage: StageContext = untimed) -> Transcription:
    """Transcribe one batch, each stage inside `stage(name)`."""
    system.stage = stage
    with stage("preprocess"):
        features = system.preprocess(audio)
    with stage("encode"):
        encoded = system.encode(features)
    with stage("decode"):
        transcription = system.decode(encoded)
        # Giving back what the stages handed on takes time too, and nothing after them should.
        del features, encoded
    return transcription
