"""What every transducer runs: an encoder, then transformers' own greedy search over its frames.

`generate` of these models always encodes by itself, so it is handed an encoder that gives what was encoded
before: encode and decode are stages of their own, and the search is not touched. The projection of the
encoder's states belongs to the joint network, and so to decode.
"""

from __future__ import annotations

from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import torch

from asr_harness.systems.base import Transcription
from asr_harness.systems.hf.features import Features, extract
from asr_harness.systems.hf.scripted import STEPS_PER_S, ScriptedJoint
from asr_harness.systems.hf.system import HfSystem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asr_harness.schema.audio import Samples
    from asr_harness.systems.hf.transducer_work import TransducerWork


@dataclass(frozen=True, slots=True)
class Encoded:
    """Features, and what the encoder made of them."""

    features: Features
    outputs: Any


class TransducerSystem(HfSystem):
    """Transcribes through `generate` of `ParakeetForTDT` and its kin, which searches greedily."""

    def __init__(
        self,
        model: Any,
        feature_extractor: Any,
        tokenizer: Any,
        work: TransducerWork,
        *,
        script: ScriptedJoint | None = None,
        generate_kwargs: Mapping[str, Any],
        language_prompt: int | None = None,
    ) -> None:
        super().__init__(model, work)
        self.work = work
        self.feature_extractor = feature_extractor
        self.tokenizer = tokenizer
        self.script = script
        self.generate_kwargs = dict(generate_kwargs)
        self.language_prompt = language_prompt
        if script is not None:
            model.joint.register_forward_hook(script)

    @property
    def decoding(self) -> Mapping[str, Any]:
        """The settings that decide what is decoded, for the fingerprint."""
        settings = {**self.model.generation_config.to_diff_dict(), **self.generate_kwargs}
        if self.language_prompt is not None:
            settings["language_prompt"] = self.language_prompt
        return settings if self.script is None else {**settings, **STEPS_PER_S}

    @torch.inference_mode()
    def preprocess(self, audio: Sequence[Samples]) -> Features:
        """Compute each recording's mel features, and pad the batch to its longest."""
        return extract(self.feature_extractor, audio, self.model)

    @torch.inference_mode()
    def encode(self, features: Features) -> Encoded:
        """Run the encoder."""
        outputs = self.model.encoder(
            input_features=features.inputs,
            attention_mask=features.attention_mask,
            output_attention_mask=True,
            **self.work.encoder_options(self.model.config),
        )
        return Encoded(features, outputs)

    @torch.inference_mode()
    def decode(self, encoded: Encoded) -> Transcription:
        """Search greedily, and turn what was emitted on frames of speech into text."""
        features = encoded.features
        if self.script is not None:
            self.script.restart()
        # The search ends with the last frame. `generate` comes to this bound too, with a warning, but for the
        # start token.
        n_most = 1 + self.model.max_symbols_per_step * encoded.outputs.last_hidden_state.shape[1]
        kwargs = {"max_length": n_most, **self.generate_kwargs}
        if self.language_prompt is not None:
            n_rows = (len(features.inputs),)
            kwargs["prompt_ids"] = torch.full(n_rows, self.language_prompt, device=self.model.device)
        with _encoder_handed(self.model, encoded.outputs):
            output = self.model.generate(
                input_features=features.inputs, attention_mask=features.attention_mask, **kwargs
            )
        n_frames = encoded.outputs.attention_mask.sum(-1)
        ids = self._emitted(output.sequences, output.durations, n_frames)
        texts = self.tokenizer.batch_decode(ids, skip_special_tokens=True, group_tokens=False)
        return Transcription(tuple(texts), tuple(map(len, ids)), features.padded_s)

    def _emitted(
        self, sequences: torch.Tensor, durations: torch.Tensor, n_frames: torch.Tensor
    ) -> list[list[int]]:
        """Take each row's tokens: neither blanks, nor what follows its last frame while others go on."""
        starts = durations.cumsum(-1) - durations
        config = self.model.config
        is_text = (sequences != config.blank_token_id) & (sequences != config.pad_token_id)
        is_text &= starts < n_frames[:, None]
        is_text[:, 0] = False  # the start token
        return [row[kept].tolist() for row, kept in zip(sequences.cpu(), is_text.cpu(), strict=True)]


class _Handed:
    """A model to `get_audio_features`, but for its encoder, which gives what is at hand."""

    def __init__(self, model: Any, outputs: Any) -> None:
        self._model, self._outputs = model, outputs

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def encoder(self, **_: object) -> Any:
        return copy(self._outputs)


@contextmanager
def _encoder_handed(model: Any, outputs: Any) -> Iterator[None]:
    model.get_audio_features = partial(type(model).get_audio_features, _Handed(model, outputs))
    try:
        yield
    finally:
        vars(model).pop("get_audio_features", None)
