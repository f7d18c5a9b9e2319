"""A byte-level BPE for the grammar's words, with Whisper's special tokens after it."""

from __future__ import annotations

import json

from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers, trainers
from transformers import WhisperTokenizer

from asr_harness.systems.hf.whisper_vocabulary import N_TIMESTAMPS, special_tokens
from tools.sentences import vocabulary


def bpe_tokenizer(vocab_size: int, end_token: int) -> WhisperTokenizer:
    """Learn the merges from the vocabulary, so that nearly every word is one token."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=end_token,
        min_frequency=1,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator([f" {word}" for word in vocabulary()], trainer)
    learnt = json.loads(tokenizer.to_str())["model"]
    if len(learnt["vocab"]) != end_token:
        raise ValueError(f"{len(learnt['vocab'])} text tokens were learnt instead of {end_token}")
    merges = [tuple(merge) for merge in learnt["merges"]]
    whisper = WhisperTokenizer(vocab=learnt["vocab"], merges=merges)
    added = special_tokens(vocab_size, end_token)
    # As in OpenAI's, timestamps follow the last special token and are none: `decode` counts on it.
    whisper.add_special_tokens({"extra_special_tokens": added[:-N_TIMESTAMPS]})
    whisper.add_tokens([AddedToken(token, normalized=False) for token in added[-N_TIMESTAMPS:]])
    return whisper
