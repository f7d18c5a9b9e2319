"""Moonshine's streaming type, run offline: frames of 5 ms, an encoder whose attention looks a little ahead.

As with Moonshine, what is generated is cut at 6.5 tokens for each second of the longest recording.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from transformers import AutoModelForSpeechSeq2Seq, Wav2Vec2FeatureExtractor

from asr_harness.schema.audio import SAMPLE_RATE_HZ
from asr_harness.systems.hf.encoder_decoder_family import EncoderDecoderFamily
from asr_harness.systems.hf.encoder_decoder_work import DecoderShape, EncoderDecoderWork

if TYPE_CHECKING:
    from collections.abc import Mapping

ARCHITECTURES: Mapping[str, Mapping[str, Any]] = {
    "UsefulSensors/moonshine-streaming-tiny": {"model_type": "moonshine_streaming", "num_key_value_heads": 8}
}
"""What is left out is the library's default."""

FRAME_SAMPLES = 80
STRIDE = 4
"""Two convolutions halve the frames."""


class StreamingWork(EncoderDecoderWork):
    """The passes of an encoder of frames, whose cost no formula here gives, and of a decoder."""

    inputs_per_s = SAMPLE_RATE_HZ
    extractor_options: Mapping[str, Any] = {
        "return_attention_mask": True,
        "pad_to_multiple_of": FRAME_SAMPLES,
    }

    def inputs(self, config: Any, n_inputs: int, device: torch.device | str) -> torch.Tensor:  # noqa: ARG002
        """Make a waveform."""
        return torch.zeros(1, n_inputs, device=device)

    def encode(self, model: Any, inputs: torch.Tensor) -> object:
        """Run the encoder with its mask, which goes through convolutions of its own."""
        mask = torch.ones(inputs.shape, dtype=torch.long, device=inputs.device)
        return self.encoder(model)(inputs, attention_mask=mask)

    def n_states(self, config: Any, n_inputs: int) -> int:  # noqa: ARG002
        """Count the states that the encoder makes of so many samples."""
        frames = n_inputs // FRAME_SAMPLES
        return -(-frames // STRIDE)

    def first_floats(self, config: Any, n_inputs: int) -> int:
        """Count the values that the first layer of one row gives."""
        return int(config.encoder_config.hidden_size * n_inputs // FRAME_SAMPLES)

    def decoder_shape(self, config: Any) -> DecoderShape:
        """Give what decides the decoder's cost."""
        encoder_width = config.encoder_config.hidden_size
        return DecoderShape(
            width=config.hidden_size,
            inner=config.intermediate_size,
            n_layers=config.num_hidden_layers,
            vocab_size=config.vocab_size,
            states_width=encoder_width,
            attention_width=config.num_attention_heads * config.head_dim,
            is_gated=True,
            projects_states=encoder_width != config.hidden_size,
        )


class MoonshineStreamingFamily(EncoderDecoderFamily):
    """Checkpoints of `MoonshineStreamingForConditionalGeneration`."""

    name = "moonshine_streaming"
    model_types = ("moonshine_streaming",)
    architectures = ARCHITECTURES
    work = StreamingWork(AutoModelForSpeechSeq2Seq)
    tokens_per_s = 6.5

    def stand_in_extractor(self, config: Any) -> Wav2Vec2FeatureExtractor:  # noqa: ARG002
        """Make an extractor that pads waveforms and leaves their level as it is."""
        return Wav2Vec2FeatureExtractor(return_attention_mask=True, do_normalize=False)


FAMILY = MoonshineStreamingFamily()
