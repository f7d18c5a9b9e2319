"""Cohere's recogniser: mel features, a Fast Conformer encoder, a small decoder prompted with the language.

Its extractor cuts recordings longer than 35 s where they are quiet; the rows of a batch are then pieces,
whose texts its processor joins.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from transformers import (
    AutoFeatureExtractor,
    AutoModelForSpeechSeq2Seq,
    AutoTokenizer,
    CohereAsrFeatureExtractor,
    CohereAsrProcessor,
)

from asr_harness.systems.hf.canary import ConformerDecoderWork
from asr_harness.systems.hf.encoder_decoder import EncoderDecoderSystem
from asr_harness.systems.hf.encoder_decoder_family import EncoderDecoderFamily

if TYPE_CHECKING:
    from collections.abc import Mapping

    import torch

    from asr_harness.systems.checkpoints import Checkpoint
    from asr_harness.systems.hf.encoder_decoder_work import DecoderShape
    from asr_harness.systems.hf.features import Features

ARCHITECTURES: Mapping[str, Mapping[str, Any]] = {
    "CohereLabs/cohere-transcribe-03-2026": {"model_type": "cohere_asr"}
}
"""What is left out is the library's default."""

LANGUAGE = "en"
NAMED = (
    "startofcontext",
    "startoftranscript",
    "emo:undefined",
    "en",
    "pnc",
    "noitn",
    "notimestamp",
    "nodiarize",
)
PROMPT_TOKENS = {"▁": 6} | {f"<|{name}|>": 7 + i for i, name in enumerate(NAMED)}
PROMPT = (6, 7, 8, 9, 10, 10, 11, 12, 13, 14)
"""What `CohereAsrProcessor.get_decoder_prompt_ids` gives of these; the language stands there twice."""


class CohereAsrWork(ConformerDecoderWork):
    """The passes of the encoder, and of a decoder that projects the encoder's states in every step."""

    def decoder_config(self, config: Any) -> Any:
        """Give the decoder's configuration, which is the model's."""
        return config

    def decoder_shape(self, config: Any) -> DecoderShape:
        """Give what decides the decoder's cost."""
        return replace(super().decoder_shape(config), projects_states=True)


class CohereAsrSystem(EncoderDecoderSystem):
    """Joins the texts of pieces as `CohereAsrProcessor` does."""

    def texts(self, ids: torch.Tensor, features: Features) -> tuple[str, ...]:
        """Turn token ids into the text of each recording."""
        processor = CohereAsrProcessor(self.feature_extractor, self.tokenizer)
        texts = processor.decode(
            ids, audio_chunk_index=features.chunks, language=LANGUAGE, skip_special_tokens=True
        )
        return tuple(texts)


class CohereAsrFamily(EncoderDecoderFamily):
    """Checkpoints of `CohereAsrForConditionalGeneration`."""

    name = "cohere_asr"
    model_types = ("cohere_asr",)
    architectures = ARCHITECTURES
    work = CohereAsrWork(AutoModelForSpeechSeq2Seq)
    renamed_on_load = True
    system_class = CohereAsrSystem
    prompt_tokens = PROMPT_TOKENS

    def prompt(self, checkpoint: Checkpoint) -> tuple[int, ...]:
        """Ask for English with punctuation."""
        if checkpoint.path is None:
            return PROMPT
        extractor = AutoFeatureExtractor.from_pretrained(checkpoint.path)
        tokenizer = AutoTokenizer.from_pretrained(checkpoint.path)
        return tuple(CohereAsrProcessor(extractor, tokenizer).get_decoder_prompt_ids(LANGUAGE))

    def stand_in_extractor(self, config: Any) -> CohereAsrFeatureExtractor:
        """Make an extractor of the model's mel bins."""
        return CohereAsrFeatureExtractor(feature_size=config.encoder_config.num_mel_bins)


FAMILY = CohereAsrFamily()
