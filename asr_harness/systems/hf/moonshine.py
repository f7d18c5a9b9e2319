"""Moonshine: convolutions on the waveform, a Transformer encoder without padding to a window, a decoder.

What is generated is cut at 6.5 tokens for each second of the longest recording, as its authors say, since it
may repeat itself otherwise (Jeffries et al., 2024).
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

_SHARED: Mapping[str, Any] = {"model_type": "moonshine", "pad_head_dim_to_multiple_of": 8}
ARCHITECTURES: Mapping[str, Mapping[str, Any]] = {
    "UsefulSensors/moonshine-tiny": {
        **_SHARED,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.9},
    },
    "UsefulSensors/moonshine-base": {
        **_SHARED,
        "hidden_size": 416,
        "intermediate_size": 1664,
        "encoder_num_hidden_layers": 8,
        "decoder_num_hidden_layers": 8,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.62},
    },
}
"""What is left out is the library's default."""

CONVOLUTIONS = ((127, 64), (7, 3), (3, 2))
"""Kernel and stride of each; their channels are d, 2d and d for width d."""


class MoonshineWork(EncoderDecoderWork):
    """The passes of Moonshine."""

    inputs_per_s = SAMPLE_RATE_HZ
    extractor_options: Mapping[str, Any] = {"return_attention_mask": True}

    def inputs(self, config: Any, n_inputs: int, device: torch.device | str) -> torch.Tensor:  # noqa: ARG002
        """Make a waveform."""
        return torch.zeros(1, n_inputs, device=device)

    def n_states(self, config: Any, n_inputs: int) -> int:  # noqa: ARG002
        """Count the states that the encoder makes of so many samples."""
        for kernel, stride in CONVOLUTIONS:
            n_inputs = (n_inputs - kernel) // stride + 1
        return n_inputs

    def first_floats(self, config: Any, n_inputs: int) -> int:
        """Count the values that the first convolution of one row gives."""
        return int(config.hidden_size * n_inputs // CONVOLUTIONS[0][1])

    def decoder_shape(self, config: Any) -> DecoderShape:
        """Give what decides the decoder's cost."""
        return DecoderShape(
            width=config.hidden_size,
            inner=config.intermediate_size,
            n_layers=config.decoder_num_hidden_layers,
            vocab_size=config.vocab_size,
            states_width=config.hidden_size,
            attention_width=_attention_width(config, config.decoder_num_attention_heads),
            is_gated=True,
        )

    def encoder_flops(self, config: Any, n_inputs: int) -> int:
        """FLOPs of one row: convolutions 2·F·c_out·c_in·k each, then per layer 8Fd² + 4F²a + 4Fdm.

        F is the frames out, d the width, m the inner width, a the width of attention with its heads padded.
        """
        width = config.hidden_size
        flops, frames, channels = 0, n_inputs, 1
        for (kernel, stride), n_channels in zip(CONVOLUTIONS, (width, 2 * width, width), strict=True):
            frames = (frames - kernel) // stride + 1
            flops += 2 * frames * n_channels * channels * kernel
            channels = n_channels
        attention = _attention_width(config, config.encoder_num_attention_heads)
        layer = (
            8 * frames * width**2 + 4 * frames**2 * attention + 4 * frames * width * config.intermediate_size
        )
        return int(flops + config.encoder_num_hidden_layers * layer)


def _attention_width(config: Any, n_heads: int) -> int:
    head, multiple = config.hidden_size // n_heads, config.pad_head_dim_to_multiple_of or 1
    return int(n_heads * multiple * -(-head // multiple))


class MoonshineFamily(EncoderDecoderFamily):
    """Checkpoints of `MoonshineForConditionalGeneration`."""

    name = "moonshine"
    model_types = ("moonshine",)
    architectures = ARCHITECTURES
    work = MoonshineWork(AutoModelForSpeechSeq2Seq)
    tokens_per_s = 6.5
    settings = EncoderDecoderFamily.settings - {"encoder_stride"}
    """`generate` takes the layers of the decoder's cache from the number that its configuration gives the
    encoder."""

    def stand_in_extractor(self, config: Any) -> Wav2Vec2FeatureExtractor:  # noqa: ARG002
        """Make an extractor that pads waveforms and leaves their level as it is."""
        return Wav2Vec2FeatureExtractor(return_attention_mask=True, do_normalize=False)


FAMILY = MoonshineFamily()
