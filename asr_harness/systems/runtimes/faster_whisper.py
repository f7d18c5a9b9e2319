"""faster-whisper: Whisper on CTranslate2 with the package's own features, long form and batched pipeline.

It takes one recording at a time: a batch is transcribed one after another. `batched=True` is its batched
pipeline, which cuts each recording where its voice-activity detection hears speech and decodes the pieces
together. Words are decided as on the transformers path: greedy or beams, one temperature, nothing told of the
window before, no timestamps within one window.
Source: https://github.com/SYSTRAN/faster-whisper
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness.schema.audio import SAMPLE_RATE_HZ
from asr_harness.systems.base import Transcription
from asr_harness.systems.converted import ConvertedSystem
from asr_harness.systems.runtime import Runtime
from asr_harness.systems.runtimes.ct2_conversion import COMPUTE_TYPES, compute_type, to_ctranslate2

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from asr_harness.schema.audio import Samples
    from asr_harness.systems.checkpoints import Checkpoint
    from asr_harness.systems.variant import Variant

AS_TRANSFORMERS: Mapping[str, Any] = {
    "language": "en",
    "temperature": 0.0,
    "condition_on_previous_text": False,
    "compression_ratio_threshold": None,
    "log_prob_threshold": None,
    "no_speech_threshold": None,
}
"""The rules by which `generate` of transformers decodes unless it is told otherwise."""


class FasterWhisperSystem(ConvertedSystem):
    """Transcribes by `WhisperModel.transcribe`, or by that of `BatchedInferencePipeline`.

    `transcribe` computes features (and hears for speech) when it is called and decodes when its segments are
    asked for, so that the first is preprocess, the second decode; each encoder call within is encode.
    """

    def __init__(self, model: Any, variant: Variant, *, batched: bool) -> None:
        from faster_whisper import BatchedInferencePipeline

        self.model = model
        self.batched = batched
        self.pipeline = BatchedInferencePipeline(model) if batched else model
        self.window_s = float(model.feature_extractor.chunk_length)
        self.options = {
            **AS_TRANSFORMERS, "beam_size": variant.beams, "max_new_tokens": variant.max_new_tokens,
        }  # fmt: skip
        self._encode = model.encode
        model.encode = self._timed_encode
        self._processed_s = 0.0

    @property
    def decoding(self) -> Mapping[str, Any]:
        """The settings that decide what is decoded, and the conversion."""
        return {**self.options, "batched": self.batched, **self.identity}

    def preprocess(self, audio: Sequence[Samples]) -> list[Iterable[Any]]:
        """Compute the features of each recording; gives segments that are yet to be decoded."""
        return [self._segments(samples) for samples in audio]

    def _segments(self, samples: Samples) -> Iterable[Any]:
        own = {} if self.batched else {"without_timestamps": len(samples) <= self.window_s * SAMPLE_RATE_HZ}
        segments: Iterable[Any] = self.pipeline.transcribe(samples, **self.options, **own)[0]
        return segments

    def encode(self, features: list[Iterable[Any]]) -> list[Iterable[Any]]:
        """Do nothing: where a window starts depends on the words before it, so decode encodes it."""
        return features

    def decode(self, encoded: list[Iterable[Any]]) -> Transcription:
        """Decode all segments, and put their texts together."""
        self._processed_s = 0.0
        recordings = [tuple(segments) for segments in encoded]
        return Transcription(
            tuple("".join(segment.text for segment in segments).strip() for segments in recordings),
            tuple(sum(len(segment.tokens) for segment in segments) for segments in recordings),
            self._processed_s,
        )

    def _timed_encode(self, features: Any) -> Any:
        self._processed_s += (len(features) if features.ndim > 2 else 1) * self.window_s  # noqa: PLR2004
        with self.stage("encode"):
            return self._encode(features)


class FasterWhisper(Runtime):
    """Whisper by faster-whisper, in the arithmetic that the variant names."""

    name = "faster-whisper"
    modules = (("faster_whisper", "faster-whisper"), ("ctranslate2", "ctranslate2"))
    extra = "faster-whisper"
    model_types = ("whisper",)
    settings = frozenset({"dtype", "beams", "max_new_tokens", "quantisation", "batched"})

    def load(self, checkpoint: Checkpoint, *, device: str, variant: Variant) -> FasterWhisperSystem:
        """Convert, and load on `device`; raises UnavailableError for arithmetic that it cannot do there."""
        import torch
        from faster_whisper import WhisperModel

        arithmetic = compute_type(variant, device)
        conversion = to_ctranslate2(checkpoint, COMPUTE_TYPES[arithmetic])
        kind, _, index = device.partition(":")
        model = WhisperModel(
            str(conversion.folder), device=kind, device_index=int(index or 0), compute_type=arithmetic,
            cpu_threads=torch.get_num_threads(), num_workers=1, local_files_only=True,
        )  # fmt: skip
        system = FasterWhisperSystem(model, variant, batched=bool(variant.own.get("batched")))
        system.holds(conversion, checkpoint, arithmetic, conversion.folder / "model.bin")
        return system


RUNTIME = FasterWhisper()
