"""CTranslate2: Whisper's encoder and its generation apart, on batches of features that transformers makes.

The engine has no long form: recordings longer than one window are what `faster-whisper` is for.
Source: https://opennmt.net/CTranslate2/python/ctranslate2.models.Whisper.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asr_harness.errors import UnavailableError
from asr_harness.schema.audio import SAMPLE_RATE_HZ
from asr_harness.systems.base import Transcription
from asr_harness.systems.checkpoints import read_json
from asr_harness.systems.converted import ConvertedSystem
from asr_harness.systems.runtime import Runtime
from asr_harness.systems.runtimes.ct2_conversion import COMPUTE_TYPES, compute_type, to_ctranslate2

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.schema.audio import Samples
    from asr_harness.systems.checkpoints import Checkpoint
    from asr_harness.systems.variant import Variant

MAX_TOKENS = 448
"""Whisper's text context: prompt and text together."""


@dataclass(frozen=True, slots=True)
class Prompted:
    """What the encoder gave for a batch, a view of [batch, frames, width] in the engine's own memory."""

    encoded: Any
    n_audio: int


class CTranslate2System(ConvertedSystem):
    """Transcribes windows of at most 30 s by `ctranslate2.models.Whisper`, in English."""

    def __init__(self, model: Any, extractor: Any, tokenizer: Any, prompt: Sequence[int], variant: Variant):
        self.model, self.extractor, self.tokenizer = model, extractor, tokenizer
        self.prompt = list(prompt)
        self.window_s = float(extractor.chunk_length)
        longest = MAX_TOKENS if variant.max_new_tokens is None else len(prompt) + variant.max_new_tokens
        self.options = {"beam_size": variant.beams, "max_length": min(MAX_TOKENS, longest)}

    @property
    def decoding(self) -> Mapping[str, Any]:
        """The settings that decide what is decoded, and the conversion."""
        return {**self.options, "prompt": self.prompt, **self.identity}

    def preprocess(self, audio: Sequence[Samples]) -> Any:
        """Compute log-mel features [batch, mels, frames] by transformers' extractor.

        Raises UnavailableError for a recording that is longer than one window.
        """
        longest_s = max(map(len, audio)) / SAMPLE_RATE_HZ
        if longest_s > self.window_s:
            raise UnavailableError(
                f"ctranslate2 transcribes windows of {self.window_s:g} s, and a recording has "
                f"{longest_s:.1f} s: run the checkpoint as faster-whisper:CHECKPOINT, which has a long form"
            )
        features = self.extractor(list(audio), sampling_rate=SAMPLE_RATE_HZ, return_tensors="np")
        return features.input_features

    def encode(self, features: Any) -> Prompted:
        """Run the encoder."""
        import ctranslate2

        return Prompted(self.model.encode(ctranslate2.StorageView.from_array(features)), len(features))

    def decode(self, encoded: Prompted) -> Transcription:
        """Generate greedily, or with beams, and turn the ids into text."""
        results = self.model.generate(encoded.encoded, [self.prompt] * encoded.n_audio, **self.options)
        ids = [result.sequences_ids[0] for result in results]
        texts = self.tokenizer.batch_decode(ids, skip_special_tokens=True)
        return Transcription(tuple(texts), tuple(map(len, ids)), encoded.n_audio * self.window_s)


class CTranslate2(Runtime):
    """Whisper in CTranslate2's format, in the arithmetic that the variant names."""

    name = "ctranslate2"
    modules = (("ctranslate2", "ctranslate2"),)
    extra = "faster-whisper"
    model_types = ("whisper",)
    settings = frozenset({"dtype", "beams", "max_new_tokens", "quantisation"})

    def load(self, checkpoint: Checkpoint, *, device: str, variant: Variant) -> CTranslate2System:
        """Convert, and load on `device`; raises UnavailableError for arithmetic that it cannot do there."""
        import ctranslate2
        import torch
        from transformers import WhisperFeatureExtractor, WhisperTokenizer

        arithmetic = compute_type(variant, device)
        conversion = to_ctranslate2(checkpoint, COMPUTE_TYPES[arithmetic])
        kind, _, index = device.partition(":")
        system = CTranslate2System(
            ctranslate2.models.Whisper(
                str(conversion.folder), device=kind, device_index=int(index or 0), compute_type=arithmetic,
                intra_threads=torch.get_num_threads(), inter_threads=1,
            ),
            WhisperFeatureExtractor.from_pretrained(checkpoint.path),
            WhisperTokenizer.from_pretrained(checkpoint.path),
            _prompt(checkpoint),
            variant,
        )  # fmt: skip
        system.holds(conversion, checkpoint, arithmetic, conversion.folder / "model.bin")
        return system


def _prompt(checkpoint: Checkpoint) -> list[int]:
    """Give the ids before the text: English where there are languages, and no timestamps."""
    assert checkpoint.path is not None  # noqa: S101 - `check` refuses dummies
    settings = read_json(checkpoint.path, "generation_config.json")
    ids = [settings["decoder_start_token_id"]]
    if settings.get("is_multilingual"):
        ids += [settings["lang_to_id"]["<|en|>"], settings["task_to_id"]["transcribe"]]
    return [*ids, settings["no_timestamps_token_id"]]


RUNTIME = CTranslate2()
