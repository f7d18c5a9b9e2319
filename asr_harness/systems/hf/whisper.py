"""Whisper: log-mel spectrogram, Transformer encoder, autoregressive decoder (Radford et al., 2022)."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from transformers import (
    WhisperConfig,
    WhisperFeatureExtractor,
    WhisperForConditionalGeneration,
    WhisperTokenizer,
)

from asr_harness.errors import UnavailableError
from asr_harness.systems.checkpoints import read_json
from asr_harness.systems.cost import Cost, n_parameters
from asr_harness.systems.hf import beside, whisper_languages
from asr_harness.systems.hf.building import DTYPES, with_dummy_weights
from asr_harness.systems.hf.family import Family
from asr_harness.systems.hf.fixed_tokens import FixedTokens, dummy_tokens
from asr_harness.systems.hf.loading import load_pretrained
from asr_harness.systems.hf.whisper_assistant import load_assistant
from asr_harness.systems.hf.whisper_chunks import ChunkedWhisperSystem
from asr_harness.systems.hf.whisper_decoding import generate_kwargs
from asr_harness.systems.hf.whisper_files import GENERATION_FILE, check_extractor, check_generation_config
from asr_harness.systems.hf.whisper_system import WhisperSystem
from asr_harness.systems.hf.whisper_vocabulary import stand_in_generation_config, stand_in_tokenizer
from asr_harness.systems.hf.whisper_work import WORK
from asr_harness.systems.variant import SETTINGS, as_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.systems.checkpoints import Checkpoint
    from asr_harness.systems.variant import Variant

WINDOW_S = 30.0
MEL_FLOATS_PER_WINDOW = 4_000_000
"""Spectrum, power and log-mel of 3000 frames of 201 bins, as the extractor keeps them together."""


def _architecture(
    d_model: int,
    encoder_layers: int,
    decoder_layers: int,
    *,
    n_mels: int = 80,
    vocab_size: int = 51_865,
    end_token: int = 50_257,
) -> dict[str, Any]:
    return {
        "model_type": "whisper",
        "d_model": d_model,
        "encoder_layers": encoder_layers,
        "decoder_layers": decoder_layers,
        "encoder_attention_heads": d_model // 64,
        "decoder_attention_heads": d_model // 64,
        "encoder_ffn_dim": 4 * d_model,
        "decoder_ffn_dim": 4 * d_model,
        "num_mel_bins": n_mels,
        "vocab_size": vocab_size,
        "bos_token_id": end_token,
        "eos_token_id": end_token,
        "pad_token_id": end_token,
        "decoder_start_token_id": end_token + 1,
    }


ARCHITECTURES: Mapping[str, Mapping[str, Any]] = {
    "openai/whisper-tiny": _architecture(384, 4, 4),
    "openai/whisper-base": _architecture(512, 6, 6),
    "openai/whisper-small": _architecture(768, 12, 12),
    "openai/whisper-medium": _architecture(1024, 24, 24),
    "openai/whisper-large-v3-turbo": _architecture(1280, 32, 4, n_mels=128, vocab_size=51_866),
    "openai/whisper-large-v3": _architecture(1280, 32, 32, n_mels=128, vocab_size=51_866),
    "distil-whisper/distil-small.en": _architecture(768, 12, 4, vocab_size=51_864, end_token=50_256),
    "distil-whisper/distil-medium.en": _architecture(1024, 24, 2, vocab_size=51_864, end_token=50_256),
    "distil-whisper/distil-large-v2": _architecture(1280, 32, 2),
    "distil-whisper/distil-large-v3": _architecture(1280, 32, 2, n_mels=128, vocab_size=51_866),
    "distil-whisper/distil-large-v3.5": _architecture(1280, 32, 2, n_mels=128, vocab_size=51_866),
    "asr-harness/whisper-mini": {
        **_architecture(128, 4, 3, vocab_size=2_410, end_token=900),
        "decoder_attention_heads": 4,
        "init_std": 0.06,
    },
}
"""As their config.json has them; what is left out is the default.

Distil-Whisper keeps the teacher's encoder and, of its decoder, two layers (four in distil-small.en; Gandhi et
al., 2023).
"""


class WhisperFamily(Family):
    """Whisper's checkpoints, of one language or many."""

    name = "whisper"
    description = "autoregressive"
    model_types = ("whisper",)
    architectures = ARCHITECTURES
    settings = frozenset(SETTINGS)
    work = WORK

    def check(self, variant: Variant, source: str) -> None:
        """Raise UnavailableError for what no family knows, and for a context that would not be cut."""
        super().check(variant, source)
        encoding = {
            name: value
            for name, value in variant.settings().items()
            if name == "assistant" or (name, value) == ("stopping", "fallback")
        }
        if variant.audio_context == "clip" and encoding:
            raise UnavailableError(
                f"{source} cannot run with audio_context='clip' and {as_text(encoding)}: `generate` then "
                "encodes by itself, and pads to the whole window"
            )

    def build(
        self, checkpoint: Checkpoint, *, device: str, dtype: str, attention: str
    ) -> WhisperForConditionalGeneration:
        """Build the model from its weights, or with dummy ones."""
        options: dict[str, Any] = {"dtype": DTYPES[dtype], "attn_implementation": attention}
        if checkpoint.path is not None:
            return load_pretrained(WhisperForConditionalGeneration.from_pretrained, checkpoint, **options)
        config = WhisperConfig(**checkpoint.config)
        model = with_dummy_weights(
            lambda: WhisperForConditionalGeneration._from_config(config, **options),  # noqa: SLF001
            device,
        )
        model.generation_config = stand_in_generation_config(config)
        return model

    def check_files(self, checkpoint: Checkpoint) -> None:
        """Look for tokenizer, feature extractor and generation config, and whether they are this model's."""
        if checkpoint.path is None:
            return
        beside.require(checkpoint.path, "tokenizer", ("tokenizer.json",), ("vocab.json", "merges.txt"))
        check_extractor(checkpoint.path, checkpoint.config)
        check_generation_config(checkpoint.path)

    def check_language(self, checkpoint: Checkpoint, language: str | None) -> None:
        """Raise ModelError where the checkpoint is of English alone, or has no token for the language."""
        if checkpoint.path is None:
            return
        settings = read_json(checkpoint.path, GENERATION_FILE)
        known = settings.get("lang_to_id")
        whisper_languages.prompt(
            checkpoint.name,
            language,
            is_multilingual=bool(settings.get("is_multilingual")),
            known=known if isinstance(known, dict) else {},
        )

    def system(
        self, checkpoint: Checkpoint, model: WhisperForConditionalGeneration, variant: Variant
    ) -> WhisperSystem:
        """Read the checkpoint's feature extractor and tokenizer, or make those of dummies."""
        system_class = ChunkedWhisperSystem if variant.long_form == "chunked" else WhisperSystem
        options: dict[str, Any] = {
            "generate_kwargs": generate_kwargs(model, variant),
            "cuts_context": variant.audio_context == "clip",
            "assistant": load_assistant(self, checkpoint, model, variant),
        }
        if checkpoint.path is not None:
            feature_extractor = WhisperFeatureExtractor.from_pretrained(checkpoint.path)
            return system_class(model, feature_extractor, self.tokenizer(checkpoint), **options)
        return system_class(
            model,
            WhisperFeatureExtractor(feature_size=model.config.num_mel_bins),
            stand_in_tokenizer(model.config),
            **options,
            fixed_tokens=FixedTokens(model.config.eos_token_id),
        )

    def tokenizer(self, checkpoint: Checkpoint) -> WhisperTokenizer:
        """Read a checkpoint's tokenizer."""
        return WhisperTokenizer.from_pretrained(checkpoint.path)

    def cost(self, checkpoint: Checkpoint, *, batch_size: int, audio_s: float, variant: Variant) -> Cost:
        """Estimate what one batch costs: its windows, and the tokens that speech of this length has."""
        model = self.build(checkpoint, device="meta", dtype=variant.dtype, attention="sdpa")
        config, beams = model.config, variant.beams
        frames, width, n_windows = config.max_source_positions, config.d_model, ceil(audio_s / WINDOW_S)
        n_steps = dummy_tokens(audio_s)
        n_encoder, n_decoder = n_parameters(model.get_encoder()), n_parameters(model.get_decoder())
        attention = 4 * frames**2 * width * config.encoder_layers
        # A layer holds its residual, its norm and both sides of the feed-forward activation at once.
        encoder_floats = batch_size * frames * (2 * width + 2 * config.encoder_ffn_dim)
        cache_floats = batch_size * beams * config.decoder_layers * 2 * width * (frames + n_steps)
        mel_floats = batch_size * n_windows * MEL_FLOATS_PER_WINDOW
        logits_floats = 3 * batch_size * beams * config.vocab_size
        itemsize = DTYPES[variant.dtype].itemsize
        return Cost(
            flops=batch_size
            * (n_windows * (2 * n_encoder * frames + attention) + 2 * n_decoder * beams * n_steps),
            streamed_bytes=n_steps * (n_decoder * itemsize + cache_floats * itemsize),
            weight_bytes=n_parameters(model) * itemsize,
            activation_bytes=itemsize * (encoder_floats + cache_floats + logits_floats) + 4 * mel_floats,
        )


FAMILY = WhisperFamily()
