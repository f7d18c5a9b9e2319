"""wav2vec2-BERT with a CTC head: stacked mel features, a conformer, best path (Barrault et al., 2023)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from transformers import SeamlessM4TFeatureExtractor, Wav2Vec2CTCTokenizer

from asr_harness.systems.hf.ctc import LETTERS, stand_in_tokenizer
from asr_harness.systems.hf.ctc_family import CtcFamily
from asr_harness.systems.hf.ctc_work import CtcWork

if TYPE_CHECKING:
    from collections.abc import Mapping

ARCHITECTURES: Mapping[str, Mapping[str, Any]] = {
    "facebook/w2v-bert-2.0": {"model_type": "wav2vec2-bert", "vocab_size": 4 + len(LETTERS)}
}
"""Its encoder with a head for wav2vec2-base-960h's labels; what is left out is the library's default."""


class BertWork(CtcWork):
    """The passes of the conformer encoder, and of the CTC head."""

    inputs_per_s = 50
    """Two mel frames of 10 ms are stacked to one input."""

    def inputs(self, config: Any, n_rows: int, n_inputs: int, device: torch.device | str) -> torch.Tensor:
        """Make stacked features."""
        return torch.zeros(n_rows, n_inputs, config.feature_projection_input_dim, device=device)

    def width(self, config: Any) -> int:
        """Give the width of the encoder's states, or its adapter's."""
        return int(config.output_hidden_size if config.add_adapter else config.hidden_size)

    def encoder_flops(self, config: Any, n_inputs: int) -> int | None:
        """FLOPs of one row in closed form, for relative keys and no adapter, as w2v-bert-2.0 is.

        For F inputs of c values, width d, inner width i, kernel k: 2Fcd, then per layer 8Fdi + 8Fd² + 4F²d
        for attention, 2F²d for its relative keys, and 6Fd² + 2Fdk for the convolution module.
        """
        if config.add_adapter or config.position_embeddings_type != "relative_key":
            return None
        width, inner, kernel = config.hidden_size, config.intermediate_size, config.conv_depthwise_kernel_size
        layer = 8 * width * inner + 14 * width**2 + 6 * n_inputs * width + 2 * width * kernel
        projection = 2 * config.feature_projection_input_dim * width
        return int(n_inputs * (projection + config.num_hidden_layers * layer))

    def first_floats(self, config: Any, n_inputs: int) -> int:
        """Count the values of one row that the widest tensor of the encoder has."""
        relative_keys = config.hidden_size // config.num_attention_heads * n_inputs**2
        return int(max(n_inputs * config.intermediate_size, relative_keys))


class BertFamily(CtcFamily):
    """Checkpoints of `Wav2Vec2BertForCTC`."""

    name = "wav2vec2-bert"
    model_types = ("wav2vec2-bert",)
    architectures = ARCHITECTURES
    work = BertWork()
    tokenizer_files = (("vocab.json",),)
    unused_weights = (r"\bmasked_spec_embed$",)

    def stand_in_extractor(self, config: Any) -> SeamlessM4TFeatureExtractor:
        """Make an extractor that stacks two frames."""
        n_mels = config.feature_projection_input_dim // 2
        return SeamlessM4TFeatureExtractor(feature_size=n_mels, num_mel_bins=n_mels, stride=2)

    def stand_in_tokenizer(self, config: Any) -> Wav2Vec2CTCTokenizer:  # noqa: ARG002
        """Make the tokenizer of wav2vec2-base-960h."""
        return stand_in_tokenizer()


FAMILY = BertFamily()
