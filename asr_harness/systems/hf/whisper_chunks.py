"""Whisper's chunked long form: windows that overlap, decoded side by side, and their words joined.

The sequential form begins each window where the text of the one before ends, so windows wait for each other.
Here they are cut beforehand, as transformers' pipeline does: 30 s that share 5 s at each side, joined at the
longest sequence of tokens that neighbours have in common. A batch grows by the chunks of its recordings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from transformers.models.whisper.tokenization_whisper import _find_longest_common_sequence

from asr_harness.schema.audio import SAMPLE_RATE_HZ
from asr_harness.systems.base import Transcription
from asr_harness.systems.hf.whisper_system import WhisperSystem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.schema.audio import Samples

STRIDE_SHARE = 6
"""A stride is this part of a window, at each side: the default of transformers' pipeline."""


@dataclass(frozen=True, slots=True)
class Chunks:
    """Chunks on their way, and of how many recordings: `owners` has the place of each chunk's recording."""

    n: int
    owners: tuple[int, ...]
    inner: Any


class ChunkedWhisperSystem(WhisperSystem):
    """Transcribes long recordings in chunks; what fits one window is one chunk, and is heard as it was."""

    def preprocess(self, audio: Sequence[Samples]) -> Chunks:  # type: ignore[override]
        """Cut what is longer than a window, and compute features of all chunks."""
        chunks = [(place, chunk) for place, samples in enumerate(audio) for chunk in self._chunks(samples)]
        owners = tuple(place for place, _ in chunks)
        return Chunks(len(audio), owners, super().preprocess([chunk for _, chunk in chunks]))

    def encode(self, features: Chunks) -> Chunks:  # type: ignore[override]
        """Encode all chunks side by side."""
        return Chunks(features.n, features.owners, super().encode(features.inner))

    @torch.inference_mode()
    def decode(self, encoded: Chunks) -> Transcription:  # type: ignore[override]
        """Decode the chunks, and join those of each recording."""
        ids, n_tokens = self.token_ids(encoded.inner)
        special = set(self.tokenizer.all_special_ids)
        texts, counts = [], []
        for place in range(encoded.n):
            own = [chunk for chunk, owner in enumerate(encoded.owners) if owner == place]
            words = [[token for token in ids[chunk] if token not in special] for chunk in own]
            joined = words[0] if len(words) == 1 else _find_longest_common_sequence(words)
            texts.append(self.tokenizer.decode(joined))
            counts.append(sum(n_tokens[chunk] for chunk in own))
        return Transcription(tuple(texts), tuple(counts), self.processed_s)

    def _chunks(self, samples: Samples) -> list[Samples]:
        window = round(self.window_s * SAMPLE_RATE_HZ)
        step = window - 2 * (window // STRIDE_SHARE)
        last = max(0, len(samples) - window)
        starts = [*range(0, last, step), last]
        return [samples[start : start + window] for start in starts]
