"""A fixed number of tokens for dummy weights, whose own choice of tokens would mean nothing."""

from __future__ import annotations

import torch
from transformers import LogitsProcessor

TOKENS_PER_S = 3.3
"""Decoded tokens per second of speech: about 2.7 words a second at about 1.2 tokens a word."""

REFUSED = -1e4
"""Far below any score, yet finite, so that beams whose scores are sums stay finite."""


def dummy_tokens(audio_s: float) -> int:
    """Count the text tokens that dummy weights decode for a window with so much audio."""
    return max(1, round(TOKENS_PER_S * audio_s))


class FixedTokens(LogitsProcessor):  # type: ignore[misc]
    """Makes `generate` choose a fixed number of text tokens, then the end token.

    Only the scores are overruled: every decoder step is run in full.
    """

    def __init__(self, end_token: int, first_token: int = 0) -> None:
        self.end_token = end_token
        self._first = first_token
        self.n_tokens = 1
        self._begin = 0

    def restart(self, audio_s: float) -> None:
        """Choose the number of tokens for windows with so much audio."""
        self.n_tokens = dummy_tokens(audio_s)

    def set_begin_index(self, begin: int) -> None:
        """Take the length of the prompt, as Whisper's `generate` tells its processors before each window."""
        self._begin = begin

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Leave one token to choose; `scores` has shape [batch × beams, vocabulary]."""
        step = input_ids.shape[1] - self._begin
        # Low ids are plain text in Whisper's vocabularies; consecutive ones differ, as text does.
        token = self._first + step if step < self.n_tokens else self.end_token
        chosen = torch.full_like(scores, REFUSED)
        chosen[:, token] = 0.0
        return chosen
