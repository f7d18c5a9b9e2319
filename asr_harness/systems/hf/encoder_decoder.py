"""What encoder-decoders share whose encoder takes a recording as it is: encode once, then `generate`."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

import torch

from asr_harness.systems.base import Transcription
from asr_harness.systems.hf.features import Features, extract
from asr_harness.systems.hf.fixed_tokens import TOKENS_PER_S, FixedTokens
from asr_harness.systems.hf.system import HfSystem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.schema.audio import Samples
    from asr_harness.systems.hf.encoder_decoder_work import EncoderDecoderWork


@dataclass(frozen=True, slots=True)
class Decoding:
    """How `generate` is called: `prompt` are the decoder's first tokens, [] for its start token alone.

    `tokens_per_s` caps the new tokens by the longest recording, where neither settings nor files do.
    """

    kwargs: Mapping[str, Any]
    prompt: tuple[int, ...] = ()
    tokens_per_s: float | None = None


@dataclass(frozen=True, slots=True)
class Encoded:
    """Features, and what the encoder made of them."""

    features: Features
    outputs: Any


class EncoderDecoderSystem(HfSystem):
    """Transcribes through a model's own `generate`, which is handed the encoder's output."""

    def __init__(
        self,
        model: Any,
        feature_extractor: Any,
        tokenizer: Any,
        work: EncoderDecoderWork,
        decoding: Decoding,
        fixed_tokens: FixedTokens | None = None,
    ) -> None:
        super().__init__(model, work)
        self.work = work
        self.feature_extractor = feature_extractor
        self.tokenizer = tokenizer
        self.how = decoding
        self.fixed_tokens = fixed_tokens

    @property
    def decoding(self) -> Mapping[str, Any]:
        """The settings that decide what is decoded, for the fingerprint."""
        how = {**self.how.kwargs, "prompt": self.how.prompt, "tokens_per_s": self.how.tokens_per_s}
        settings = {**self.model.generation_config.to_diff_dict(), **how}
        return settings if self.fixed_tokens is None else {**settings, "dummy_tokens_per_s": TOKENS_PER_S}

    @torch.inference_mode()
    def preprocess(self, audio: Sequence[Samples]) -> Features:
        """Compute each recording's features, and pad the batch to its longest."""
        return extract(self.feature_extractor, audio, self.model, **self.work.extractor_options)

    @torch.inference_mode()
    def encode(self, features: Features) -> Encoded:
        """Run the encoder."""
        encoder = self.work.encoder(self.model)
        return Encoded(features, encoder(features.inputs, attention_mask=features.attention_mask))

    @torch.inference_mode()
    def decode(self, encoded: Encoded) -> Transcription:
        """Generate token ids, and turn them into text."""
        features, kwargs = encoded.features, dict(self.how.kwargs)
        n_prompt = self._prompt(kwargs, len(features.inputs))
        if self.how.tokens_per_s is not None:
            kwargs.setdefault("max_new_tokens", ceil(self.how.tokens_per_s * features.longest_s))
        if self.fixed_tokens is not None:
            self.fixed_tokens.restart(features.longest_s)
            self.fixed_tokens.set_begin_index(n_prompt)
            kwargs["logits_processor"] = [self.fixed_tokens]
        if features.attention_mask is not None:
            kwargs["attention_mask"] = features.attention_mask
        # With beams, `generate` widens what it is handed in place; a second decode needs it as it was.
        ids = self.model.generate(features.inputs, encoder_outputs=copy(encoded.outputs), **kwargs)
        return Transcription(
            self.texts(ids, features), self._n_tokens(ids[:, n_prompt:], features), features.padded_s
        )

    def texts(self, ids: torch.Tensor, features: Features) -> tuple[str, ...]:  # noqa: ARG002
        """Turn token ids into the text of each recording."""
        return tuple(self.tokenizer.batch_decode(ids, skip_special_tokens=True))

    def _prompt(self, kwargs: dict[str, Any], n_rows: int) -> int:
        """Put the prompt into `kwargs`; give its length, with the start token that `generate` adds."""
        prompt = self.how.prompt
        if not prompt:
            return 1
        kwargs["decoder_input_ids"] = torch.tensor([prompt] * n_rows, device=self.model.device)
        is_start_added = prompt[0] != self.model.generation_config.decoder_start_token_id
        return len(prompt) + int(is_start_added)

    def _n_tokens(self, ids: torch.Tensor, features: Features) -> tuple[int, ...]:
        generation = self.model.generation_config
        ends = torch.tensor(generation.eos_token_id, device=ids.device).reshape(-1)
        is_text = ~torch.isin(ids, ends)
        if generation.pad_token_id is not None:
            is_text &= ids != generation.pad_token_id
        counts = is_text.sum(-1).tolist()
        if features.chunks is None:
            return tuple(counts)
        n_tokens = [0] * (1 + max(recording for recording, _ in features.chunks))
        for (recording, _), count in zip(features.chunks, counts, strict=True):
            n_tokens[recording] += count
        return tuple(n_tokens)
