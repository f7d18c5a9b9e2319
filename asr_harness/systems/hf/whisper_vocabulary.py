"""Whisper's vocabulary layout, and a stand-in tokenizer and generation config for dummy weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transformers import GenerationConfig, WhisperTokenizer

if TYPE_CHECKING:
    from transformers import WhisperConfig

N_TIMESTAMPS = 1501
TIMESTAMP_STEP_S = 0.02
AFTER_LANGUAGES = (
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
)
BEGIN_SUPPRESSED = 220
"""The id of a lone space in Whisper's vocabularies."""


def n_languages(vocab_size: int, end_token: int) -> int:
    """Count the language tokens between `<|startoftranscript|>` and `<|translate|>`."""
    return vocab_size - end_token - 2 - len(AFTER_LANGUAGES) - N_TIMESTAMPS


def special_tokens(vocab_size: int, end_token: int) -> list[str]:
    """List the tokens from `<|endoftext|>` to the last timestamp, in the order of their ids."""
    languages = ["<|en|>"] + [f"<|language{i}|>" for i in range(1, n_languages(vocab_size, end_token))]
    timestamps = [f"<|{i * TIMESTAMP_STEP_S:.2f}|>" for i in range(N_TIMESTAMPS)]
    return ["<|endoftext|>", "<|startoftranscript|>", *languages, *AFTER_LANGUAGES, *timestamps]


def stand_in_tokenizer(config: WhisperConfig) -> WhisperTokenizer:
    """Make a tokenizer of the true size whose text tokens spell their own ids."""
    # ByteLevel writes a space as Ġ.
    text_tokens = {f"Ġ{i:x}": i for i in range(config.eos_token_id)}
    tokenizer = WhisperTokenizer(vocab=text_tokens, merges=[])
    tokenizer.add_tokens(special_tokens(config.vocab_size, config.eos_token_id), special_tokens=True)
    return tokenizer


def stand_in_generation_config(config: WhisperConfig) -> GenerationConfig:
    """Make a complete generation config; `generate` refuses long audio without one."""
    ids = {
        token: config.eos_token_id + i
        for i, token in enumerate(special_tokens(config.vocab_size, config.eos_token_id))
    }
    return GenerationConfig(
        decoder_start_token_id=ids["<|startoftranscript|>"],
        bos_token_id=config.eos_token_id,
        eos_token_id=config.eos_token_id,
        pad_token_id=config.eos_token_id,
        no_timestamps_token_id=ids["<|notimestamps|>"],
        lang_to_id={"<|en|>": ids["<|en|>"]},
        task_to_id={"transcribe": ids["<|transcribe|>"], "translate": ids["<|translate|>"]},
        is_multilingual=True,
        begin_suppress_tokens=[BEGIN_SUPPRESSED, config.eos_token_id],
        max_initial_timestamp_index=50,
        return_timestamps=False,
        max_length=config.max_target_positions,
    )
