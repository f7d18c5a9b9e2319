"""wav2vec 2.0 and its CTC kin: convolutions and Transformer, then a CTC head (Baevski et al., 2020).

Checkpoints whose feature encoder uses group normalisation, such as wav2vec2-base-960h, take no attention
mask: shorter recordings of a batch are padded with silence, which enters the normalisation over time, so
their logits move a little with the length of the longest. Checkpoints with layer normalisation get a mask.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
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

from asr_harness.errors import UnavailableError
from asr_harness.models import counting, ctc_work
from asr_harness.models.building import DTYPES, ready, with_dummy_weights
from asr_harness.models.cost import Cost, n_parameters
from asr_harness.types import SAMPLE_RATE_HZ, Pass, Samples, StageName, Transcription

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from asr_harness.models.checkpoints import Checkpoint

WORK = ctc_work
MODEL_TYPES = ("wav2vec2", "hubert", "wavlm", "data2vec-audio")
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


class CtcTranscriber:
    """Transcribes by the best path: each frame's arg max, repeats collapsed, blanks dropped (Graves 2006)."""

    def __init__(
        self,
        model: PreTrainedModel,
        feature_extractor: Wav2Vec2FeatureExtractor,
        tokenizer: Wav2Vec2CTCTokenizer,
    ) -> None:
        self.model = model
        self.feature_extractor = feature_extractor
        self.tokenizer = tokenizer
        self._flops: ctc_work.CtcFlops | None = None
        self.decoding: Mapping[str, Any] = {"ctc": "best path", "blank": tokenizer.pad_token_id}

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

    def passes_recorded(self) -> AbstractContextManager[list[Pass]]:
        """Collect the passes of the encoder and of the CTC head."""
        return ctc_work.passes_recorded(self.model)

    def flops(self, network_pass: Pass) -> float:
        """FLOPs of a pass, counted on the meta device."""
        if self._flops is None:
            self._flops = ctc_work.CtcFlops(self.model.config)
        return self._flops.of(network_pass)

    def weights(self) -> tuple[int, int]:
        """Count the parameters, and the bytes they take."""
        return counting.weights(self.model)

    def moved_bytes(self, network_pass: Pass) -> float:
        """The fewest bytes that a pass must move."""
        return ctc_work.moved_bytes(self.model, network_pass, self._weight_bytes[network_pass.stage])

    @cached_property
    def _weight_bytes(self) -> Mapping[StageName, int]:
        return ctc_work.weight_bytes(self.model)

    @property
    def dtype(self) -> str:
        """Name of the arithmetic's dtype."""
        return counting.dtype_name(self.model)

    def _count_labels(self, ids: torch.Tensor) -> int:
        return int((torch.unique_consecutive(ids) != self.tokenizer.pad_token_id).sum())


def build(checkpoint: Checkpoint, *, device: str, dtype: str, attention: str) -> PreTrainedModel:
    """Build the model from its weights, or with dummy ones made on `device` (`meta` makes none at all)."""
    if checkpoint.model_type in EAGER_ONLY:
        attention = "eager"
    options = {"dtype": DTYPES[dtype], "attn_implementation": attention}
    if checkpoint.path is not None:
        return AutoModelForCTC.from_pretrained(checkpoint.path, **options)
    config = AutoConfig.for_model(**checkpoint.config)
    model = with_dummy_weights(lambda: AutoModelForCTC.from_config(config, **options), device)
    # The embedding of masked frames is made in the default dtype, whatever the configuration says.
    return model.to(DTYPES[dtype])


def load(
    checkpoint: Checkpoint,
    *,
    device: str,
    dtype: str = "float32",
    attention: str = "sdpa",
    beams: int = 1,
    max_new_tokens: int | None = None,
    quantisation: str | None = None,
    compile_encoder: bool = False,
) -> CtcTranscriber:
    """Load a checkpoint ready to transcribe on `device`.

    Raises UnavailableError where the machine or the library cannot run it so, and for beams or a cap on
    tokens, which a best path has not.
    """
    if beams != 1 or max_new_tokens is not None:
        raise UnavailableError(
            f"{checkpoint.name} decodes a CTC best path: beams and max_new_tokens do not apply"
        )
    model = build(checkpoint, device=device, dtype=dtype, attention=attention)
    model = ready(model, device=device, quantisation=quantisation)
    if compile_encoder:
        model.base_model.compile()
    if checkpoint.path is not None:
        feature_extractor = Wav2Vec2FeatureExtractor.from_pretrained(checkpoint.path)
        tokenizer = Wav2Vec2CTCTokenizer.from_pretrained(checkpoint.path)
        return CtcTranscriber(model, feature_extractor, tokenizer)
    takes_mask = model.config.feat_extract_norm == "layer"
    return CtcTranscriber(
        model, Wav2Vec2FeatureExtractor(return_attention_mask=takes_mask), stand_in_tokenizer()
    )


def cost(
    checkpoint: Checkpoint, *, batch_size: int, audio_s: float, dtype: str = "float32", **_: Any
) -> Cost:
    """Estimate what one batch with `audio_s` seconds in each recording costs, without running it."""
    model = build(checkpoint, device="meta", dtype=dtype, attention="sdpa")
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
    itemsize = DTYPES[dtype].itemsize
    return Cost(
        flops=batch_size * flops,
        streamed_bytes=CONVOLUTION_COPIES * batch_size * widest * itemsize,
        weight_bytes=n_parameters(model) * itemsize,
        # The first convolution's output, its norm and its activation are far larger than all that follows.
        activation_bytes=CONVOLUTION_COPIES * batch_size * widest * itemsize,
    )


def stand_in_tokenizer() -> Wav2Vec2CTCTokenizer:
    """Make the tokenizer of wav2vec2-base-960h."""
    labels = ("<pad>", "<s>", "</s>", "<unk>", *LETTERS)
    with NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as vocabulary:
        json.dump({label: i for i, label in enumerate(labels)}, vocabulary)
        vocabulary.flush()
        return Wav2Vec2CTCTokenizer(vocabulary.name)
