"""What `generate` gets of a variant: beams, caps, early stopping, caches and guesses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from transformers import StoppingCriteria

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.systems.variant import Variant

FALLBACK: Mapping[str, Any] = {
    "temperature": (0.0, 0.2, 0.4, 0.6, 0.8, 1.0),
    "compression_ratio_threshold": 1.35,
    "logprob_threshold": -1.0,
    "no_speech_threshold": 0.6,
}
"""Whisper's own (Radford et al., 2022, section 4.5), the compression in transformers' count, over tokens:
https://huggingface.co/docs/transformers/model_doc/whisper
"""
FALLBACK_SEED = 0
MIN_REPEATS, MIN_REPEATED_TOKENS, MAX_PHRASE = 4, 12, 16


class StopAtRepetition(StoppingCriteria):  # type: ignore[misc]
    """Ends a row whose last tokens are one phrase of up to 16 tokens, four times or over 12 tokens."""

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor, **_: Any) -> torch.Tensor:  # noqa: ARG002
        """Tell for each row of `input_ids`, shape [batch × beams, tokens], whether it ends."""
        ends = torch.zeros(len(input_ids), dtype=torch.bool, device=input_ids.device)
        for length in range(1, MAX_PHRASE + 1):
            n_tokens = max(MIN_REPEATS * length, MIN_REPEATED_TOKENS)
            if input_ids.shape[1] < n_tokens:
                break
            tail = input_ids[:, -n_tokens:]
            ends |= (tail[:, length:] == tail[:, :-length]).all(dim=1)
        return ends


def generate_kwargs(model: Any, variant: Variant) -> dict[str, Any]:
    """Give the keywords of `generate` that differ by variant, as plain values."""
    kwargs: dict[str, Any] = {"num_beams": variant.beams, "do_sample": False}
    if variant.max_new_tokens is not None:
        kwargs["max_new_tokens"] = variant.max_new_tokens
    if variant.cache == "static":
        kwargs["cache_implementation"] = "static"
    if variant.prompt_lookup is not None:
        kwargs["prompt_lookup_num_tokens"] = variant.prompt_lookup
    if variant.stopping == "fallback":
        kwargs |= FALLBACK
        del kwargs["do_sample"]  # which temperature is sampled at, `generate` decides
    if variant.stopping == "repetition":
        kwargs["stopping_criteria"] = [StopAtRepetition()]
    if getattr(model.generation_config, "is_multilingual", False):
        kwargs |= {"language": "en", "task": "transcribe"}
    return kwargs
