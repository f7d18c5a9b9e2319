"""The one path on which audio becomes text, timed or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.types import ReentersEncoder, untimed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.types import Samples, StageContext, Transcriber, Transcription


def transcribe(
    transcriber: Transcriber, audio: Sequence[Samples], stage: StageContext = untimed
) -> Transcription:
    """Transcribe one batch, each stage inside `stage(name)`."""
    if isinstance(transcriber, ReentersEncoder):
        transcriber.stage = stage
    with stage("preprocess"):
        features = transcriber.preprocess(audio)
    with stage("encode"):
        encoded = transcriber.encode(features)
    with stage("decode"):
        transcription = transcriber.decode(encoded)
        # Giving back what the stages handed on takes time too, and nothing after them should.
        del features, encoded
    return transcription
