"""wav2vec 2.0 and its CTC kin: convolutions and Transformer, then a CTC head (Baevski et al., 2020).

Checkpoints whose feature encoder uses group normalisation, such as wav2vec2-base-960h, take no attention
mask: shorter recordings of a batch are padded with silence, which enters the normalisation over time, so
their logits move a little with the length of the longest. Checkpoints with layer normalisation get a mask.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

import torch
from transformers import (
    AutoConfig,
    AutoModelForCTC,
    PreTrainedModel,
    Wav2Vec2CTCTokenizer,
    Wav2Vec2FeatureExtractor,
)

from asr_harness.schema.audio import SAMPLE_RATE_HZ, Samples
from asr_harness.systems.base import Transcription
from asr_harness.systems.cost import Cost, n_parameters
from asr_harness.systems.hf import beside
from asr_harness.systems.hf.building import DTYPES, with_dummy_weights
from asr_harness.systems.hf.ctc_work import CtcWork
from asr_harness.systems.hf.family import Family
from asr_harness.systems.hf.loading import load_pretrained
from asr_harness.systems.hf.system import HfSystem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.systems.checkpoints import Checkpoint
    from asr_harness.systems.variant import Variant

WORK = CtcWork()
EAGER_ONLY = ("wavlm",)
"""Transformers has no scaled-dot-product attention for WavLM's relative positions."""
CONVOLUTION_COPIES = 3
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


@dataclass(frozen=True, slots=True)
class Features:
    """Padded waveforms [batch, samples], the mask if the checkpoint takes one, and the lengths in samples."""

    input_values: torch.Tensor
    attention_mask: torch.Tensor | None
    n_samples: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Encoded:
    """Hidden states [batch, frames, hidden], and the frames that are speech rather than padding."""

    hidden_states: torch.Tensor
    n_frames: tuple[int, ...]
    processed_s: float


class CtcSystem(HfSystem):
    """Transcribes by the best path: each frame's arg max, repeats collapsed, blanks dropped (Graves 2006)."""

    def __init__(
        self,
        model: PreTrainedModel,
        feature_extractor: Wav2Vec2FeatureExtractor,
        tokenizer: Wav2Vec2CTCTokenizer,
    ) -> None:
        super().__init__(model, WORK)
        self.feature_extractor = feature_extractor
        self.tokenizer = tokenizer

    @property
    def decoding(self) -> Mapping[str, Any]:
        """The settings that decide what is decoded, for the fingerprint."""
        return {"ctc": "best path", "blank": self.tokenizer.pad_token_id}

    @torch.inference_mode()
    def preprocess(self, audio: Sequence[Samples]) -> Features:
        """Normalise each waveform and pad the batch to its longest."""
        features = self.feature_extractor(
            list(audio), sampling_rate=SAMPLE_RATE_HZ, return_tensors="pt", padding=True
        )
        device = self.model.device
        mask = features.get("attention_mask")
        return Features(
            features.input_values.to(device, self.model.dtype),
            None if mask is None else mask.to(device),
            tuple(map(len, audio)),
        )

    @torch.inference_mode()
    def encode(self, features: Features) -> Encoded:
        """Run the convolutions and the Transformer."""
        outputs = self.model.base_model(features.input_values, attention_mask=features.attention_mask)
        lengths = self.model._get_feat_extract_output_lengths(torch.tensor(features.n_samples))  # noqa: SLF001
        processed_s = features.input_values.numel() / SAMPLE_RATE_HZ
        return Encoded(outputs.last_hidden_state, tuple(lengths.tolist()), processed_s)

    @torch.inference_mode()
    def decode(self, encoded: Encoded) -> Transcription:
        """Classify the frames, leave out those of padding, and collapse them to text."""
        logits = self.model.lm_head(self.model.dropout(encoded.hidden_states))
        rows = logits.argmax(-1).cpu()
        ids = [row[:n_frames] for row, n_frames in zip(rows, encoded.n_frames, strict=True)]
        # With skip_special_tokens the blank between two equal letters is lost: HELLO becomes HELO.
        texts = self.tokenizer.batch_decode(ids)
        return Transcription(tuple(texts), tuple(map(self._count_labels, ids)), encoded.processed_s)

    def _count_labels(self, ids: torch.Tensor) -> int:
        return int((torch.unique_consecutive(ids) != self.tokenizer.pad_token_id).sum())


def stand_in_tokenizer() -> Wav2Vec2CTCTokenizer:
    """Make the tokenizer of wav2vec2-base-960h."""
    labels = ("<pad>", "<s>", "</s>", "<unk>", *LETTERS)
    with NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as vocabulary:
        json.dump({label: i for i, label in enumerate(labels)}, vocabulary)
        vocabulary.flush()
        return Wav2Vec2CTCTokenizer(vocabulary.name)


class CtcFamily(Family):
    """Checkpoints of wav2vec 2.0's kin with a CTC head."""

    name = "wav2vec2"
    description = "CTC best path"
    model_types = ("wav2vec2", "hubert", "wavlm", "data2vec-audio")
    architectures = ARCHITECTURES
    settings = frozenset(
        {
            "dtype", "attention", "quantisation", "compile_encoder", "prune_encoder", "sparse_encoder",
            "sparsity", "encoder_stride",
        }
    )  # fmt: skip
    work = WORK
    unused_weights = (r"\bmasked_spec_embed$",)
    """Stands for frames that are masked in training; wav2vec2-base-960h comes without it."""

    def check_files(self, checkpoint: Checkpoint) -> None:
        """Look for vocabulary and feature extractor."""
        if checkpoint.path is not None:
            beside.require(checkpoint.path, "tokenizer", ("vocab.json",))
            beside.extractor_settings(checkpoint.path)

    def shortest_samples(self, checkpoint: Checkpoint) -> int:
        """Count what the convolutions turn into one frame: their receptive field."""
        config = AutoConfig.for_model(**checkpoint.config)
        samples = 1
        for kernel, stride in reversed([*zip(config.conv_kernel, config.conv_stride, strict=True)]):
            samples = (samples - 1) * stride + kernel
        return samples

    def build(self, checkpoint: Checkpoint, *, device: str, dtype: str, attention: str) -> PreTrainedModel:
        """Build the model from its weights, or with dummy ones."""
        if checkpoint.model_type in EAGER_ONLY:
            attention = "eager"
        options: dict[str, Any] = {"dtype": DTYPES[dtype], "attn_implementation": attention}
        if checkpoint.path is not None:
            return load_pretrained(
                AutoModelForCTC.from_pretrained,
                checkpoint,
                self.unused_weights,
                trust_remote_code=False,
                **options,
            )
        config = AutoConfig.for_model(**checkpoint.config)
        model = with_dummy_weights(lambda: AutoModelForCTC.from_config(config, **options), device)
        # The embedding of masked frames is made in the default dtype, whatever the configuration says.
        return model.to(DTYPES[dtype])

    def system(self, checkpoint: Checkpoint, model: PreTrainedModel, variant: Variant) -> CtcSystem:  # noqa: ARG002
        """Read the checkpoint's feature extractor and tokenizer, or make those of dummies."""
        if checkpoint.path is not None:
            feature_extractor = Wav2Vec2FeatureExtractor.from_pretrained(checkpoint.path)
            tokenizer = Wav2Vec2CTCTokenizer.from_pretrained(checkpoint.path)
            return CtcSystem(model, feature_extractor, tokenizer)
        takes_mask = model.config.feat_extract_norm == "layer"
        return CtcSystem(
            model, Wav2Vec2FeatureExtractor(return_attention_mask=takes_mask), stand_in_tokenizer()
        )

    def cost(self, checkpoint: Checkpoint, *, batch_size: int, audio_s: float, variant: Variant) -> Cost:
        """Estimate what one batch costs: the encoder, whose first layers hold the most."""
        model = self.build(checkpoint, device="meta", dtype=variant.dtype, attention="sdpa")
        config = model.config
        samples = round(audio_s * SAMPLE_RATE_HZ)
        convolutions = zip(config.conv_dim, config.conv_kernel, config.conv_stride, strict=True)
        flops, frames, channels, widest = 0, samples, 1, 0
        for width, kernel, stride in convolutions:
            frames = (frames - kernel) // stride + 1
            flops += 2 * frames * width * channels * kernel
            channels, widest = width, max(widest, frames * width)
        n_transformer = n_parameters(model) - n_parameters(model.base_model.feature_extractor)
        flops += 2 * n_transformer * frames + 4 * frames**2 * config.hidden_size * config.num_hidden_layers
        itemsize = DTYPES[variant.dtype].itemsize
        return Cost(
            flops=batch_size * flops,
            streamed_bytes=CONVOLUTION_COPIES * batch_size * widest * itemsize,
            weight_bytes=n_parameters(model) * itemsize,
            # The first convolution's output, its norm and its activation are far larger than what follows.
            activation_bytes=CONVOLUTION_COPIES * batch_size * widest * itemsize,
        )


FAMILY = CtcFamily()
