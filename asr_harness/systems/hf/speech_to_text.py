"""Speech to Text: mel features, two convolutions, a Transformer encoder and decoder (Wang et al., 2020).

Its checkpoints' own tokenizer needs sentencepiece.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from transformers import AutoModelForSpeechSeq2Seq, Speech2TextFeatureExtractor

from asr_harness.systems.hf.encoder_decoder_family import EncoderDecoderFamily
from asr_harness.systems.hf.encoder_decoder_work import DecoderShape, EncoderDecoderWork

if TYPE_CHECKING:
    from collections.abc import Mapping

ARCHITECTURES: Mapping[str, Mapping[str, Any]] = {
    "facebook/s2t-small-librispeech-asr": {"model_type": "speech_to_text"},
    "facebook/s2t-medium-librispeech-asr": {
        "model_type": "speech_to_text",
        "d_model": 512,
        "encoder_attention_heads": 8,
        "decoder_attention_heads": 8,
    },
}
"""What is left out is the library's default."""


class SpeechToTextWork(EncoderDecoderWork):
    """The passes of Speech to Text."""

    def inputs(self, config: Any, n_inputs: int, device: torch.device | str) -> torch.Tensor:
        """Make mel features."""
        return torch.zeros(1, n_inputs, config.input_feat_per_channel * config.input_channels, device=device)

    def n_states(self, config: Any, n_inputs: int) -> int:
        """Count the states that the encoder makes of so many mel frames."""
        for _ in config.conv_kernel_sizes:
            n_inputs = (n_inputs - 1) // 2 + 1
        return n_inputs

    def first_floats(self, config: Any, n_inputs: int) -> int:
        """Count the values that the first convolution of one row gives."""
        return int(config.conv_channels * n_inputs // 2)

    def decoder_shape(self, config: Any) -> DecoderShape:
        """Give what decides the decoder's cost."""
        return DecoderShape(
            width=config.d_model,
            inner=config.decoder_ffn_dim,
            n_layers=config.decoder_layers,
            vocab_size=config.vocab_size,
            states_width=config.d_model,
            attention_width=config.d_model,
        )

    def encoder_flops(self, config: Any, n_inputs: int) -> int:
        """FLOPs of one row: convolutions 2·F·c_out·c_in·k each, whose gates halve the channels.

        Then per layer 8Fd² + 4F²d + 4Fdm for F frames, width d and inner width m.
        """
        width, flops, frames = config.d_model, 0, n_inputs
        channels = config.input_feat_per_channel * config.input_channels
        for i, kernel in enumerate(config.conv_kernel_sizes):
            is_last = i == len(config.conv_kernel_sizes) - 1
            n_channels = 2 * width if is_last else config.conv_channels
            frames = (frames - 1) // 2 + 1
            flops += 2 * frames * n_channels * channels * kernel
            channels = n_channels // 2
        layer = 8 * frames * width**2 + 4 * frames**2 * width + 4 * frames * width * config.encoder_ffn_dim
        return int(flops + config.encoder_layers * layer)


class SpeechToTextFamily(EncoderDecoderFamily):
    """Checkpoints of `Speech2TextForConditionalGeneration`."""

    name = "speech_to_text"
    model_types = ("speech_to_text",)
    architectures = ARCHITECTURES
    eager_only = ("speech_to_text",)
    """Transformers has no scaled-dot-product attention for it."""
    work = SpeechToTextWork(AutoModelForSpeechSeq2Seq)

    def max_length(self, config: Any) -> int:
        """The most tokens that a dummy's decoder has positions for."""
        return int(config.max_target_positions)

    def stand_in_extractor(self, config: Any) -> Speech2TextFeatureExtractor:
        """Make an extractor of the model's mel bins."""
        n_mels = config.input_feat_per_channel
        return Speech2TextFeatureExtractor(feature_size=n_mels, num_mel_bins=n_mels)


FAMILY = SpeechToTextFamily()
