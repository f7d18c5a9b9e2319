"""Tokenizers for dummy weights: of the true size, with text tokens that spell their own ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokenizers import Tokenizer, decoders, models

if TYPE_CHECKING:
    from collections.abc import Mapping


def spelling(n_tokens: int, special: Mapping[str, int]) -> Tokenizer:
    """Make a tokenizer of `n_tokens`, those in `special` with the ids that they have there."""
    names = {i: f"▁{i:x}" for i in range(n_tokens)} | {i: token for token, i in special.items()}
    tokenizer = Tokenizer(models.WordLevel({token: i for i, token in names.items()}, unk_token=names[0]))
    tokenizer.decoder = decoders.Metaspace()
    return tokenizer
