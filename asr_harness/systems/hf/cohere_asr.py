"""Cohere Transcribe: mel features, a Fast Conformer encoder, a Transformer decoder told the language.

Its feature extractor cuts recordings of more than about 30 s where they are quietest; each piece is a row,
and their texts are put together as the processor of transformers does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from transformers import (
    AutoModelForSpeechSeq2Seq,
    AutoTokenizer,
    CohereAsrFeatureExtractor,
    CohereAsrProcessor,
)

from asr_harness.errors import ModelError
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
"""What is left out is the library's default, which is this checkpoint's."""

LANGUAGE = "en"
PROMPT_TOKENS = (
    "▁", "<|startofcontext|>", "<|startoftranscript|>", "<|emo:undefined|>", "<|en|>", "<|en|>", "<|pnc|>",
    "<|noitn|>", "<|notimestamp|>", "<|nodiarize|>",
)  # fmt: skip
"""What the processor of transformers asks for English with, punctuation included."""
FIRST_PROMPT_ID = 5


class CohereWork(ConformerDecoderWork):
    """The passes of a Fast Conformer encoder, and of a decoder that projects its states at every step."""

    def decoder_config(self, config: Any) -> Any:
        """Give the configuration, which is the decoder's, too."""
        return config

    def decoder_shape(self, config: Any) -> DecoderShape:
        """Give what decides the decoder's cost."""
        return replace(super().decoder_shape(config), projects_states=True)


class CohereSystem(EncoderDecoderSystem):
    """Puts the texts of a long recording's pieces together."""

    def texts(self, ids: torch.Tensor, features: Features) -> tuple[str, ...]:
        """Turn token ids into the text of each recording."""
        processor = CohereAsrProcessor(self.feature_extractor, self.tokenizer)
        texts = processor.decode(
            ids, audio_chunk_index=features.chunks, language=LANGUAGE, skip_special_tokens=True
        )
        return tuple(texts)


class CohereFamily(EncoderDecoderFamily):
    """Checkpoints of `CohereAsrForConditionalGeneration`."""

    name = "cohere_asr"
    model_types = ("cohere_asr",)
    architectures = ARCHITECTURES
    work = CohereWork(AutoModelForSpeechSeq2Seq)
    system_class = CohereSystem
    prompt_tokens: ClassVar[Mapping[str, int]] = {
        token: FIRST_PROMPT_ID + i for i, token in enumerate(dict.fromkeys(PROMPT_TOKENS))
    }

    def prompt(self, checkpoint: Checkpoint) -> tuple[int, ...]:
        """Ask for English with punctuation; raises ModelError where the tokenizer has no such tokens."""
        if checkpoint.path is None:
            return tuple(self.prompt_tokens[token] for token in PROMPT_TOKENS)
        tokenizer = AutoTokenizer.from_pretrained(checkpoint.path)
        ids = tokenizer.convert_tokens_to_ids(list(PROMPT_TOKENS))
        unknown = [
            token for token, i in zip(PROMPT_TOKENS, ids, strict=True) if i in (None, tokenizer.unk_token_id)
        ]
        if unknown:
            raise ModelError(
                f"{checkpoint.path} has a tokenizer without {', '.join(unknown)}, by which it is asked for "
                "English: copy the tokenizer from the checkpoint that this one was trained from"
            )
        return tuple(ids)

    def stand_in_extractor(self, config: Any) -> CohereAsrFeatureExtractor:
        """Make an extractor of the model's mel bins."""
        return CohereAsrFeatureExtractor(feature_size=config.encoder_config.num_mel_bins)


FAMILY = CohereFamily()
