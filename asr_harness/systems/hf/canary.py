"""Canary: mel features, a Fast Conformer encoder, a Transformer decoder prompted with language and task.

Audio is encoded whole, whatever its length: Canary's own long form, in chunks, is not in transformers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from transformers import AutoModelForSpeechSeq2Seq, AutoProcessor, ParakeetFeatureExtractor

from asr_harness.errors import ModelError
from asr_harness.schema.audio import SAMPLE_RATE_HZ
from asr_harness.systems.hf import conformer
from asr_harness.systems.hf.encoder_decoder_family import EncoderDecoderFamily
from asr_harness.systems.hf.encoder_decoder_work import DecoderShape, EncoderDecoderWork

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.systems.checkpoints import Checkpoint

ARCHITECTURES: Mapping[str, Mapping[str, Any]] = {"nvidia/canary-1b-v2": {"model_type": "canary"}}
"""What is left out is the library's default, which is canary-1b-v2's."""

PROMPT = tuple(range(7, 16))
"""Nine tokens: context, transcript, emotion, two languages, and what is asked for; 7 is the start token."""


class ConformerDecoderWork(EncoderDecoderWork):
    """The passes of a Fast Conformer encoder and a Transformer decoder, configured apart."""

    def decoder_config(self, config: Any) -> Any:
        """Give the decoder's configuration."""
        return config.decoder_config

    def inputs(self, config: Any, n_inputs: int, device: torch.device | str) -> torch.Tensor:
        """Make mel features."""
        return torch.zeros(1, n_inputs, config.encoder_config.num_mel_bins, device=device)

    def n_states(self, config: Any, n_inputs: int) -> int:
        """Count the states that the encoder makes of so many mel frames."""
        return conformer.n_frames(config.encoder_config, n_inputs)

    def first_floats(self, config: Any, n_inputs: int) -> int:
        """Count the values that the first convolution of one row gives."""
        return conformer.first_floats(config.encoder_config, n_inputs)

    def decoder_shape(self, config: Any) -> DecoderShape:
        """Give what decides the decoder's cost."""
        decoder = self.decoder_config(config)
        return DecoderShape(
            width=decoder.hidden_size,
            inner=decoder.intermediate_size,
            n_layers=decoder.num_hidden_layers,
            vocab_size=decoder.vocab_size,
            states_width=config.encoder_config.hidden_size,
            attention_width=decoder.num_attention_heads * decoder.head_dim,
        )

    def encoder_flops(self, config: Any, n_inputs: int) -> int:
        """FLOPs of one row of the encoder; see `conformer.encoder_flops`."""
        return conformer.encoder_flops(config.encoder_config, n_inputs)


class CanaryFamily(EncoderDecoderFamily):
    """Checkpoints of `CanaryForConditionalGeneration`."""

    name = "canary"
    model_types = ("canary",)
    architectures = ARCHITECTURES
    work = ConformerDecoderWork(AutoModelForSpeechSeq2Seq)

    def prompt(self, checkpoint: Checkpoint) -> tuple[int, ...]:
        """Ask for English with punctuation, by the checkpoint's own template."""
        if checkpoint.path is None:
            return PROMPT
        processor = AutoProcessor.from_pretrained(checkpoint.path)
        silence = np.zeros(SAMPLE_RATE_HZ, np.float32)
        try:
            request = processor.apply_transcription_request(silence, source_language="en")
        except (ValueError, AttributeError) as error:
            raise ModelError(
                f"{checkpoint.path} gives no prompt ({error}): copy processor_config.json and "
                "chat_template.jinja from the checkpoint that this one was trained from"
            ) from error
        return tuple(request["decoder_input_ids"][0].tolist())

    def stand_in_extractor(self, config: Any) -> ParakeetFeatureExtractor:
        """Make an extractor of the model's mel bins."""
        return ParakeetFeatureExtractor(feature_size=config.encoder_config.num_mel_bins)


FAMILY = CanaryFamily()
