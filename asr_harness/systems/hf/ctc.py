"""wav2vec 2.0 and its CTC kin: convolutions and Transformer, then a CTC head (Baevski et al., 2020).

Checkpoints whose feature encoder uses group normalisation, such as wav2vec2-base-960h, take no attention
mask: shorter recordings of a batch are padded with silence, which enters the normalisation over time, so
their logits move a little with the length of the longest. Checkpoints with layer normalisation get a mask.
"""

from __future__ import annotations

import json
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any, ClassVar

from transformers import AutoConfig, Wav2Vec2CTCTokenizer, Wav2Vec2FeatureExtractor

from asr_harness.systems.hf.ctc_family import CtcFamily
from asr_harness.systems.hf.ctc_work import CtcWork

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.systems.checkpoints import Checkpoint

WORK = CtcWork()
LETTERS = "|ETAONIHSRDLUMWCFGYPBVK'XJQZ"
"""The labels of wav2vec2-base-960h after its four special tokens; `|` is the space between words."""

_BASE_960H = {"model_type": "wav2vec2", "pad_token_id": 0, "vocab_size": 4 + len(LETTERS)}
ARCHITECTURES: Mapping[str, Mapping[str, Any]] = {
    "facebook/wav2vec2-base-960h": _BASE_960H,
    "asr-harness/ctc-mini": {
        **_BASE_960H,
        "hidden_size": 160,
        "num_hidden_layers": 5,
        "num_attention_heads": 4,
        "intermediate_size": 640,
        "conv_dim": [128, 128, 160],
        "conv_kernel": [400, 5, 4],
        "conv_stride": [100, 2, 2],
        "conv_bias": True,
        "num_feat_extract_layers": 3,
        "num_conv_pos_embeddings": 32,
        "num_conv_pos_embedding_groups": 16,
        "do_stable_layer_norm": True,
        "apply_spec_augment": False,
        "layerdrop": 0.0,
        "hidden_dropout": 0.05,
        "attention_dropout": 0.0,
        "activation_dropout": 0.0,
        "feat_proj_dropout": 0.0,
        "final_dropout": 0.0,
        "feat_extract_norm": "layer",
    },
}
"""The study's model and the embedded one; what is left out is the library's default, which is base-960h's."""


def stand_in_tokenizer() -> Wav2Vec2CTCTokenizer:
    """Make the tokenizer of wav2vec2-base-960h."""
    labels = ("<pad>", "<s>", "</s>", "<unk>", *LETTERS)
    with NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as vocabulary:
        json.dump({label: i for i, label in enumerate(labels)}, vocabulary)
        vocabulary.flush()
        return Wav2Vec2CTCTokenizer(vocabulary.name)


class Wav2Vec2Family(CtcFamily):
    """Checkpoints of wav2vec 2.0's kin with a CTC head."""

    name = "wav2vec2"
    model_types: ClassVar[tuple[str, ...]] = (
        "wav2vec2",
        "hubert",
        "wavlm",
        "data2vec-audio",
        "unispeech",
        "unispeech-sat",
    )
    architectures = ARCHITECTURES
    work = WORK
    eager_only = ("wavlm",)
    """Transformers has no scaled-dot-product attention for WavLM's relative positions."""
    tokenizer_files = (("vocab.json",),)
    unused_weights = (r"\bmasked_spec_embed$",)
    """Stands for frames that are masked in training; wav2vec2-base-960h comes without it."""

    def stand_in_extractor(self, config: Any) -> Wav2Vec2FeatureExtractor:
        """Make an extractor that gives a mask where the model takes one."""
        return Wav2Vec2FeatureExtractor(return_attention_mask=config.feat_extract_norm == "layer")

    def shortest_samples(self, checkpoint: Checkpoint) -> int:
        """Count what the convolutions turn into one frame: their receptive field."""
        config = AutoConfig.for_model(**checkpoint.config)
        samples = 1
        for kernel, stride in reversed([*zip(config.conv_kernel, config.conv_stride, strict=True)]):
            samples = (samples - 1) * stride + kernel
        return samples

    def stand_in_tokenizer(self, config: Any) -> Wav2Vec2CTCTokenizer:  # noqa: ARG002
        """Make the tokenizer of wav2vec2-base-960h."""
        return stand_in_tokenizer()


FAMILY = Wav2Vec2Family()
