"""Whisper's transcription: features, encoder and `generate`, in windows of 30 s.

Every input is padded to 30 s windows. Audio of at most 30 s is encoded once, and `generate` is handed the
encoder's output. Longer audio goes through the sequential long form of `generate`: where a window starts
depends on the timestamps decoded before it, so its encoder passes happen inside decode, and are timed as
encode. A batch that holds both is run as two, each as it would be without the other: in one batch
`generate` takes the long form for all, and a short recording's words would depend on its neighbours.
"""

from __future__ import annotations

from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from asr_harness.errors import ModelError, UnavailableError
from asr_harness.schema.audio import SAMPLE_RATE_HZ, Samples
from asr_harness.systems.base import Transcription
from asr_harness.systems.hf import whisper_context, whisper_languages
from asr_harness.systems.hf.fixed_tokens import TOKENS_PER_S, FixedTokens
from asr_harness.systems.hf.system import HfSystem
from asr_harness.systems.hf.whisper_decoding import FALLBACK_SEED
from asr_harness.systems.hf.whisper_work import WORK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from transformers import WhisperFeatureExtractor, WhisperForConditionalGeneration, WhisperTokenizer

    from asr_harness.systems.hf.network import Network

NO_FEATURES = "'NoneType' object is not subscriptable"
"""What transformers 5 says where its short form wants features of a further window, and was given none."""


@dataclass(frozen=True, slots=True)
class WindowedAudio:
    """Log-mel features [batch, mels, frames], their mask [batch, frames], and the seconds of the longest.

    `places` are the positions of the part's recordings in the batch.
    """

    input_features: torch.Tensor
    attention_mask: torch.Tensor
    longest_s: float
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A part, and the encoder's output for it unless it is longer than one window."""

    part: WindowedAudio
    encoder_outputs: Any | None


class WhisperSystem(HfSystem):
    """Transcribes by `WhisperForConditionalGeneration.generate`, in one language and without translation."""

    def __init__(
        self,
        model: WhisperForConditionalGeneration,
        feature_extractor: WhisperFeatureExtractor,
        tokenizer: WhisperTokenizer,
        *,
        generate_kwargs: Mapping[str, Any],
        fixed_tokens: FixedTokens | None = None,
        cuts_context: bool = False,
        assistant: Network | None = None,
    ) -> None:
        super().__init__(model, WORK)
        self.assistant = assistant
        if assistant is not None:
            self.beside = {"assistant": assistant}
        self.cuts_context = cuts_context
        if cuts_context:
            whisper_context.cut(model)
        self.feature_extractor = feature_extractor
        self.tokenizer = tokenizer
        self.generate_kwargs = dict(generate_kwargs)
        self.fixed_tokens = fixed_tokens
        self.window_s = float(feature_extractor.chunk_length)
        self.processed_s = 0.0

    @property
    def decoding(self) -> Mapping[str, Any]:
        """The settings that decide what is decoded, for the fingerprint."""
        settings = {**self.model.generation_config.to_diff_dict(), **self.generate_kwargs}
        return settings if self.fixed_tokens is None else {**settings, "dummy_tokens_per_s": TOKENS_PER_S}

    def set_language(self, language: str | None) -> None:
        """Prompt for a language; where none is known, for English. Raises ModelError for one it lacks."""
        config = self.model.generation_config
        token = whisper_languages.prompt(
            self.source,
            language,
            is_multilingual=bool(getattr(config, "is_multilingual", False)),
            known=getattr(config, "lang_to_id", None) or {},
        )
        if token is not None:
            self.generate_kwargs["language"] = token

    @torch.inference_mode()
    def preprocess(self, audio: Sequence[Samples]) -> tuple[WindowedAudio, ...]:
        """Compute log-mel features, of what fits one window apart from what does not."""
        limit = self.window_s * SAMPLE_RATE_HZ
        short = tuple(i for i, samples in enumerate(audio) if len(samples) <= limit)
        longer = tuple(i for i, samples in enumerate(audio) if len(samples) > limit)
        return tuple(self._part(audio, places) for places in (short, longer) if places)

    def _part(self, audio: Sequence[Samples], places: tuple[int, ...]) -> WindowedAudio:
        """Compute one padded window, or for longer audio all of it, never truncated."""
        recordings = [audio[i] for i in places]
        longest_s = max(map(len, recordings)) / SAMPLE_RATE_HZ
        features = self.feature_extractor(
            recordings,
            sampling_rate=SAMPLE_RATE_HZ,
            return_tensors="pt",
            return_attention_mask=True,
            truncation=False,
            padding="longest" if self.cuts_context or longest_s > self.window_s else "max_length",
            pad_to_multiple_of=whisper_context.SAMPLES_PER_POSITION if self.cuts_context else None,
        )
        device = self.model.device
        input_features = features.input_features.to(device, self.model.dtype)
        return WindowedAudio(input_features, features.attention_mask.to(device), longest_s, places)

    @torch.inference_mode()
    def encode(self, features: Sequence[WindowedAudio]) -> tuple[Encoded, ...]:
        """Encode one window; longer audio is passed on, since decode finds where its windows start."""
        return tuple(
            Encoded(
                part,
                None
                if part.longest_s > self.window_s or self._decodes_anew or self.assistant is not None
                else self.model.get_encoder()(part.input_features),
            )
            for part in features
        )

    @torch.inference_mode()
    def decode(self, encoded: Sequence[Encoded]) -> Transcription:
        """Generate token ids, and turn them into text in the order of the batch."""
        ids, n_tokens = self.token_ids(encoded)
        places = range(len(ids))
        texts = self.tokenizer.batch_decode([ids[place] for place in places], skip_special_tokens=True)
        return Transcription(tuple(texts), tuple(n_tokens[place] for place in places), self.processed_s)

    def token_ids(self, encoded: Sequence[Encoded]) -> tuple[dict[int, list[int]], dict[int, int]]:
        """Generate part by part, and give ids and their number, without padding, by the place in the batch.

        Sets `processed_s` to the seconds that the encoder computed on.
        """
        ids: dict[int, list[int]] = {}
        n_tokens: dict[int, int] = {}
        self.processed_s = 0.0
        for one in encoded:
            generated = self._generate(one)
            ids |= zip(one.part.places, generated.tolist(), strict=True)
            counts = (generated != self.model.generation_config.pad_token_id).sum(-1).tolist()
            n_tokens |= zip(one.part.places, counts, strict=True)
        return ids, n_tokens

    @property
    def _decodes_anew(self) -> bool:
        """Whether rows may be decoded again by themselves, for which `generate` wants the features."""
        return isinstance(self.generate_kwargs.get("temperature"), tuple)

    def _check_one(self, part: WindowedAudio) -> None:
        guesses = "prompt lookup" if "prompt_lookup_num_tokens" in self.generate_kwargs else None
        guesses = "an assistant" if self.assistant is not None else guesses
        if guesses is not None and len(part.places) > 1:
            raise UnavailableError(
                f"{guesses} guesses for one recording at a time, and this batch has {len(part.places)}; "
                "choose batch size 1"
            )

    def _generate(self, encoded: Encoded) -> Any:
        part = encoded.part
        self._check_one(part)
        kwargs = dict(self.generate_kwargs, attention_mask=part.attention_mask)
        if self.fixed_tokens is not None:
            self.fixed_tokens.restart(min(part.longest_s, self.window_s))
            kwargs["logits_processor"] = [self.fixed_tokens]
        if self.assistant is not None:
            kwargs["assistant_model"] = self.assistant.model
        if encoded.encoder_outputs is not None:
            self.processed_s += len(part.input_features) * self._encoded_s(part)
            return self._generate_from(encoded.encoder_outputs, kwargs)
        with self._encoder_passes_timed(), torch.random.fork_rng(enabled=self._decodes_anew):
            if self._decodes_anew:
                torch.manual_seed(FALLBACK_SEED)
            is_long = part.longest_s > self.window_s
            return self.model.generate(part.input_features, return_timestamps=is_long, **kwargs)

    def _encoded_s(self, part: WindowedAudio) -> float:
        """Give the seconds of each row that the encoder computes on."""
        frames = part.input_features.shape[-1]
        return frames / whisper_context.FRAMES_PER_S if self.cuts_context else self.window_s

    def _generate_from(self, encoder_outputs: Any, kwargs: Mapping[str, Any]) -> Any:
        try:
            # With beams, `generate` widens what it is handed in place; a second decode needs it as it was.
            return self.model.generate(encoder_outputs=copy(encoder_outputs), **kwargs)
        except TypeError as error:
            if NO_FEATURES not in str(error):
                raise
            raise ModelError(
                f"{self.source or 'this Whisper'} writes timestamps though it is told to write none, as "
                "untrained weights do: `generate` then asks for another window, which one encoder pass does "
                "not give; take a trained checkpoint, or --asr-weights dummy"
            ) from error

    @contextmanager
    def _encoder_passes_timed(self) -> Iterator[None]:
        running: list[Any] = []

        def enter(_: torch.nn.Module, arguments: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
            windows = arguments[0] if arguments else kwargs["input_features"]
            self.processed_s += len(windows) * windows.shape[-1] / whisper_context.FRAMES_PER_S
            running.append(self.stage("encode"))
            running[-1].__enter__()

        def leave(*_: object) -> None:
            running.pop().__exit__(None, None, None)

        def enter_assistant(*_: object) -> None:
            running.append(self.stage("encode"))
            running[-1].__enter__()

        encoder = self.model.get_encoder()
        handles = [
            encoder.register_forward_pre_hook(enter, with_kwargs=True),
            encoder.register_forward_hook(leave, always_call=True),
        ]
        if self.assistant is not None:
            drafting = self.assistant.model.get_encoder()
            handles.append(drafting.register_forward_pre_hook(enter_assistant))
            handles.append(drafting.register_forward_hook(leave, always_call=True))
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()
