"""Whisper's training windows: log-mel frames, and the tokens that should be decoded from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from asr_harness.systems.hf.whisper_vocabulary import TIMESTAMP_STEP_S
from tools.training.drawing import happens

if TYPE_CHECKING:
    import random

    from transformers import WhisperFeatureExtractor, WhisperTokenizer

    from tools.training.drawing import Joined

SAMPLES_PER_POSITION = 320
MAX_POSITIONS = 1500
IGNORED = -100


@dataclass(frozen=True, slots=True)
class Window:
    """Frames [mels, frames] from `offset` encoder positions on, tokens after the prompt, and their times."""

    features: torch.Tensor
    offset: int
    texts: tuple[str, ...]
    ids: tuple[int, ...]
    positions: tuple[float, ...]
    n_prompt: int


class WindowMaker:
    """Turns joined sentences to windows as `generate` sees them: padded, or cut off by the window's end."""

    def __init__(self, extractor: WhisperFeatureExtractor, tokenizer: WhisperTokenizer) -> None:
        self.extractor = extractor
        self.tokenizer = tokenizer
        self.first_timestamp = tokenizer.convert_tokens_to_ids("<|0.00|>")
        self.prompt = tokenizer.convert_tokens_to_ids(["<|startoftranscript|>", "<|en|>", "<|transcribe|>"])
        self.no_timestamps = tokenizer.convert_tokens_to_ids("<|notimestamps|>")
        self.end = tokenizer.eos_token_id

    def make(
        self, joined: Joined, n_positions: int, *, timestamps: bool, offset: int = 0, rng: random.Random
    ) -> Window:
        """Make a window of `n_positions`; sentences that end beyond it are heard in part, and not decoded."""
        features = self.features(joined.samples, n_positions, zero_padded=timestamps and happens(rng, 0.5))
        ids, positions, texts = list(self.prompt), [0.0] * len(self.prompt), []
        if not timestamps:
            ids.append(self.no_timestamps)
            positions.append(0.0)
        for text, (start_s, end_s) in zip(joined.texts, joined.times_s, strict=True):
            start, end = start_s / TIMESTAMP_STEP_S, end_s / TIMESTAMP_STEP_S
            if timestamps and start < n_positions:
                ids.append(self.timestamp(start, offset))
                positions.append(start)
            if end > n_positions:
                break
            words = self.text_ids(text)
            ids += words
            positions += spread(words, start, end, self.tokenizer)
            texts.append(text)
            if timestamps:
                ids.append(self.timestamp(end, offset))
                positions.append(end)
        ids.append(self.end)
        positions.append(positions[-1])
        n_prompt = len(self.prompt) + (not timestamps)
        return Window(features, offset, tuple(texts), tuple(ids), tuple(positions), n_prompt)

    def features(self, samples: np.ndarray, n_positions: int, *, zero_padded: bool = False) -> torch.Tensor:
        """Give the log-mel frames; `generate` pads the last window of long audio with zeros, not silence."""
        n_samples = n_positions * SAMPLES_PER_POSITION
        if not zero_padded:
            samples = np.pad(samples, (0, max(0, n_samples - len(samples))))
        frames = torch.from_numpy(self.extractor._torch_extract_fbank_features(samples[None]))[0]  # noqa: SLF001
        frames = frames[:, : 2 * n_positions]
        return torch.nn.functional.pad(frames, (0, 2 * n_positions - frames.shape[1]))

    def text_ids(self, text: str) -> list[int]:
        """Give the tokens of a sentence, its first word after a space as any other."""
        return self.tokenizer(f" {text}", add_special_tokens=False).input_ids

    def timestamp(self, position: float, offset: int) -> int:
        """Give the token of a time in the window."""
        return self.first_timestamp + min(round(position) + offset, MAX_POSITIONS)


def spread(ids: list[int], start: float, end: float, tokenizer: WhisperTokenizer) -> list[float]:
    """Guess where each token is heard: as if each letter took as long, and a pause followed."""
    lengths = np.array([len(token) for token in tokenizer.convert_ids_to_tokens(ids)], dtype=float)
    middles = (np.cumsum(lengths) - lengths / 2) / lengths.sum()
    return (start + middles * max(1.0, end - start - 8)).tolist()


def padded_ids(windows: list[Window], end: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Give decoder inputs, targets and guessed positions of the targets, each [batch, tokens]."""
    longest = max(len(window.ids) for window in windows)
    ids = torch.full((len(windows), longest), end)
    targets = torch.full((len(windows), longest), IGNORED)
    positions = torch.zeros(len(windows), longest)
    for row, window in enumerate(windows):
        n = len(window.ids)
        ids[row, :n] = torch.tensor(window.ids)
        targets[row, window.n_prompt : n] = torch.tensor(window.ids[window.n_prompt :])
        positions[row, :n] = torch.tensor(window.positions)
    return ids[:, :-1], targets[:, 1:], positions[:, 1:]
