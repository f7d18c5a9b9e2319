"""SeamlessM4T as a recogniser: stacked mel features, a conformer with adapters, a decoder told the language.

A checkpoint's files hold translation of text and synthesis of speech, too, which recognising does not read
(Barrault et al., 2023).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from transformers import AutoModelForSpeechSeq2Seq, SeamlessM4TFeatureExtractor

from asr_harness.errors import ModelError
from asr_harness.systems.checkpoints import read_json
from asr_harness.systems.hf.counting import count_flops
from asr_harness.systems.hf.encoder_decoder_family import EncoderDecoderFamily
from asr_harness.systems.hf.encoder_decoder_work import DecoderShape, EncoderDecoderFlops, EncoderDecoderWork

if TYPE_CHECKING:
    from collections.abc import Mapping

    from transformers import PreTrainedConfig

    from asr_harness.systems.base import Pass
    from asr_harness.systems.checkpoints import Checkpoint

_TEXT: Mapping[str, Any] = {"vocab_size": 256_102}
_MEDIUM: Mapping[str, Any] = {
    "vocab_size": 256_206,
    "speech_encoder_layers": 12,
    "encoder_layers": 12,
    "decoder_layers": 12,
    "encoder_ffn_dim": 4096,
    "decoder_ffn_dim": 4096,
}
ARCHITECTURES: Mapping[str, Mapping[str, Any]] = {
    "facebook/hf-seamless-m4t-medium": {"model_type": "seamless_m4t", **_MEDIUM},
    "facebook/hf-seamless-m4t-large": {"model_type": "seamless_m4t", **_TEXT},
    "facebook/seamless-m4t-v2-large": {"model_type": "seamless_m4t_v2", **_TEXT},
}
"""What is left out is the library's default."""

LANGUAGE = "eng"
LANGUAGES = "text_decoder_lang_to_code_id"
"""Where the generation config has the languages' tokens."""
DUMMY_LANGUAGE_TOKEN = 5


class SeamlessFlops(EncoderDecoderFlops):
    """Counts one and two rows of the encoder, whose relative positions rows share in the first version."""

    def of(self, network_pass: Pass) -> float:
        """FLOPs of a pass."""
        if network_pass.kind != "encode":
            return super().of(network_pass)
        one, two = (self._per_row(replace(network_pass, n_rows=n_rows, cache_bytes=0)) for n_rows in (1, 2))
        return float(one + (network_pass.n_rows - 1) * (two - one))

    def _count(self, single: Pass) -> int:
        if single.kind != "encode":
            return super()._count(single)
        inputs = self._work.inputs(self.model.config, single.n_new, "meta").expand(single.n_rows, -1, -1)
        return count_flops(lambda: self._work.encode(self.model, inputs))


class SeamlessWork(EncoderDecoderWork):
    """The passes of an encoder whose cost no formula here gives, and of a decoder."""

    inputs_per_s = 50
    """Two mel frames of 10 ms are stacked to one input."""

    def flops(self, config: PreTrainedConfig) -> SeamlessFlops:
        """Give what counts the FLOPs of passes."""
        return SeamlessFlops(config, self)

    def inputs(self, config: Any, n_inputs: int, device: torch.device | str) -> torch.Tensor:
        """Make stacked features."""
        return torch.zeros(1, n_inputs, config.feature_projection_input_dim, device=device)

    def n_states(self, config: Any, n_inputs: int) -> int:
        """Count the states that the adapters leave."""
        kernel, stride = config.adaptor_kernel_size, config.adaptor_stride
        for _ in range(config.num_adapter_layers if config.add_adapter else 0):
            n_inputs = (n_inputs + 2 * (stride // 2) - kernel) // stride + 1
        return n_inputs

    def first_floats(self, config: Any, n_inputs: int) -> int:
        """Count the values of one row that a feed-forward of the encoder gives."""
        return int(n_inputs * config.speech_encoder_intermediate_size)

    def decoder_shape(self, config: Any) -> DecoderShape:
        """Give what decides the decoder's cost."""
        return DecoderShape(
            width=config.hidden_size,
            inner=config.decoder_ffn_dim,
            n_layers=config.decoder_layers,
            vocab_size=config.vocab_size,
            states_width=config.hidden_size,
            attention_width=config.hidden_size,
        )


class SeamlessFamily(EncoderDecoderFamily):
    """Checkpoints of `SeamlessM4TForSpeechToText`, and of the second version."""

    name = "seamless_m4t"
    model_types = ("seamless_m4t", "seamless_m4t_v2")
    architectures = ARCHITECTURES
    settings = EncoderDecoderFamily.settings - {"encoder_stride"}
    """The decoder's cache is counted by a number that leaving out layers of the encoder changes."""
    work = SeamlessWork(AutoModelForSpeechSeq2Seq)
    prompt_tokens: ClassVar[Mapping[str, int]] = {f"__{LANGUAGE}__": DUMMY_LANGUAGE_TOKEN}
    spare_weights = (r"(?:^|\.)(?:text_encoder|t2u_model|vocoder)\.",)

    def prompt(self, checkpoint: Checkpoint) -> tuple[int, ...]:
        """Ask for English."""
        if checkpoint.path is None:
            return (DUMMY_LANGUAGE_TOKEN,)
        languages = read_json(checkpoint.path, "generation_config.json").get(LANGUAGES) or {}
        if LANGUAGE not in languages:
            raise ModelError(
                f"{checkpoint.path / 'generation_config.json'} has no {LANGUAGE} in {LANGUAGES}, by which it "
                "is asked for English: copy the file from the checkpoint that this one was trained from"
            )
        return (int(languages[LANGUAGE]),)

    def generate_kwargs(self) -> dict[str, Any]:
        """Name the language, which stands for the prompt."""
        return {"tgt_lang": LANGUAGE}

    def complete(self, model: Any) -> None:
        """Give the model a generation config with its languages."""
        super().complete(model)
        setattr(model.generation_config, LANGUAGES, {LANGUAGE: DUMMY_LANGUAGE_TOKEN})

    def stand_in_extractor(self, config: Any) -> SeamlessM4TFeatureExtractor:
        """Make an extractor that stacks two frames."""
        n_mels = config.feature_projection_input_dim // 2
        return SeamlessM4TFeatureExtractor(feature_size=n_mels, num_mel_bins=n_mels, stride=2)


FAMILY = SeamlessFamily()
