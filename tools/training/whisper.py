"""whisper-mini: an encoder that two CTC heads teach to hear, and a decoder that is shown where to look.

The heads, and the guidance of the cross-attention by aligned word times, are only there while training.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

import jiwer
import torch
from torch.nn.functional import ctc_loss, gelu
from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration
from transformers.modeling_outputs import BaseModelOutput
from transformers.utils import logging

from asr_harness.systems.hf.ctc import stand_in_tokenizer
from asr_harness.systems.hf.whisper import ARCHITECTURES
from asr_harness.systems.hf.whisper_vocabulary import stand_in_generation_config
from tools.training.alignment import align
from tools.training.drawing import Drawing, happens, join
from tools.training.guidance import (
    ALIGNED_WIDTH,
    GUESSED_WIDTH,
    CrossAttentions,
    set_text_positions,
    token_loss,
)
from tools.training.vocabulary import bpe_tokenizer
from tools.training.windows import MAX_POSITIONS, Window, WindowMaker, padded_ids

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from tools.training.utterances import Utterances

NAME = "asr-harness/whisper-mini"
LEARNING_RATE = 1.2e-3
BATCH_S, LONGEST_SINGLE_S = 44.0, 6.0
SHORTEST_S, LONGEST_S = 3.0, 20.0
POSITIONS_PER_S = 50
POSITION_SCALE, TIMESTAMP_SCALE = 0.4, 0.05
LETTERS_WEIGHT, WORDS_WEIGHT, GUIDANCE_WEIGHT = 0.5, 0.5, 0.3
ALIGNED_FROM, NOUGHT_FROM, WHOLE_FROM, DECODER_FROM = 0.2, 0.5, 0.7, 0.95
"""Shares of the training after which word times are aligned rather than guessed; windows always start at
nought; every window is 30 s long, as in use; and the decoder alone learns."""
BEGUN_AT, BEGUN_ALIGNED_FROM = 0.7, 0.75
"""The share of the budget that weights begun with stand for, and the one after which the head for tokens,
which no checkpoint has, is trusted to align."""
REPLAYED_SHARE, N_REMEMBERED = 0.5, 60
"""Of the steps, those that train the decoder on encodings seen before, and how many of these are kept."""
MISREAD_SHARE = 0.2
"""Of the words shown to the decoder, those that stand in place of the right ones: it has to listen."""


class WithCtcHeads(torch.nn.Module):
    """Whisper with a head for letters before its last encoder layer, and one for tokens after it."""

    def __init__(self, config: WhisperConfig, n_letters: int) -> None:
        super().__init__()
        self.whisper = WhisperForConditionalGeneration(config)
        self.letters = torch.nn.Linear(config.d_model, n_letters)
        self.words = torch.nn.Linear(config.d_model, config.eos_token_id + 1)

    def encode(self, features: torch.Tensor, offsets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Encode windows of any length; give the states before the last layer, and the output."""
        encoder = self.whisper.model.encoder
        hidden = gelu(encoder.conv2(gelu(encoder.conv1(features)))).transpose(1, 2)
        hidden = hidden + encoder.embed_positions(offsets[:, None] + torch.arange(hidden.shape[1]))
        for layer in encoder.layers[:-1]:
            hidden = layer(hidden, None)
        return hidden, encoder.layer_norm(encoder.layers[-1](hidden, None))


class Whisper:
    """The model, and the windows that it learns from."""

    def __init__(self, utterances: Utterances) -> None:
        torch.manual_seed(0)
        self.config = WhisperConfig(**ARCHITECTURES[NAME])
        letters = stand_in_tokenizer().get_vocab()
        self.letter_ids = {letter.lower(): i for letter, i in letters.items()}
        self.model = WithCtcHeads(self.config, len(letters))
        self.model.whisper.generation_config = stand_in_generation_config(self.config)
        self.tokenizer = bpe_tokenizer(self.config.vocab_size, self.config.eos_token_id)
        self.maker = WindowMaker(WhisperFeatureExtractor(), self.tokenizer)
        with torch.no_grad():
            begin_with_sinusoids(self.model.whisper, self.maker.first_timestamp)
            self.model.words.bias[-1] = 4.0  # most frames start no word
        self.attentions = CrossAttentions(self.model.whisper)
        self.drawing = Drawing(utterances)
        kept_out = utterances.validation
        self.validation = [join(utterances, [utterance]) for utterance in kept_out[:16]]
        self.validation += [join(utterances, list(kept_out[i : i + 3])) for i in range(16, 40, 3)]
        self.validation += [join(utterances, list(kept_out[i : i + 7])) for i in range(40, 61, 7)]
        self.progress, self.aligned_from, self.decoder_from = 0.0, ALIGNED_FROM, DECODER_FROM
        self.remembered: deque[tuple[torch.Tensor, ...]] = deque(maxlen=N_REMEMBERED)
        logging.set_verbosity_error()

    def begin_with(self, checkpoint: Path) -> None:
        """Take the weights of a checkpoint that was saved, to train the decoder alone, and the heads anew."""
        weights = WhisperForConditionalGeneration.from_pretrained(
            checkpoint, dtype=torch.float32
        ).state_dict()
        self.model.whisper.load_state_dict(weights)
        self.aligned_from, self.decoder_from = BEGUN_ALIGNED_FROM, 0.0

    def loss(self, progress: float, rng: random.Random) -> torch.Tensor:
        """Give the losses of the decoder and the CTC heads; on remembered encodings the decoder's alone."""
        self.progress = progress
        decoder_only = progress > self.decoder_from
        if self.remembered and happens(rng, REPLAYED_SHARE + 0.15 * decoder_only):
            return self.decoder_loss(*rng.choice(self.remembered))
        windows = self.draw(progress, rng)
        words = [self.words(window.texts) for window in windows]
        ids, targets, positions = padded_ids(windows, self.config.eos_token_id)
        with torch.autocast("cpu", torch.bfloat16), torch.set_grad_enabled(not decoder_only):
            features = torch.stack([window.features for window in windows])
            before, states = self.model.encode(features, torch.tensor([w.offset for w in windows]))
        with torch.autocast("cpu", torch.bfloat16):
            heads = self.model.letters(before).float(), self.model.words(states).float()
        letters, tokens = (head.log_softmax(-1) for head in heads)
        if progress > self.aligned_from:
            set_text_positions(
                positions, targets, align(tokens.detach(), words, blank=self.blank), self.blank
            )
            self.remembered.append((states.detach(), ids, targets, positions))
        loss = self.decoder_loss(states, ids, targets, positions)
        loss = loss + LETTERS_WEIGHT * self.ctc(letters, [self.letters(w.texts) for w in windows], blank=0)
        return loss + WORDS_WEIGHT * self.ctc(tokens, words, blank=self.blank)

    def decoder_loss(
        self, states: torch.Tensor, ids: torch.Tensor, targets: torch.Tensor, positions: torch.Tensor
    ) -> torch.Tensor:
        """Give the cross-entropy of the next tokens, and the guidance."""
        with torch.autocast("cpu", torch.bfloat16):
            decoder = self.model.whisper.model.decoder
            ids = misread(ids, self.config.eos_token_id)
            hidden = decoder(input_ids=ids, encoder_hidden_states=states, use_cache=False).last_hidden_state
            logits = self.model.whisper.proj_out(hidden).float()
        width = ALIGNED_WIDTH if self.progress > self.aligned_from else GUESSED_WIDTH
        guidance = self.attentions.loss(positions, targets, width)
        return token_loss(logits, targets, self.maker.first_timestamp) + GUIDANCE_WEIGHT * guidance

    def draw(self, progress: float, rng: random.Random) -> list[Window]:
        """Draw windows that lengthen with the training."""
        if progress > WHOLE_FROM:
            return [self.whole_window(rng) for _ in range(4)]
        grown = min(1.0, progress / NOUGHT_FROM)
        length_s = rng.uniform(SHORTEST_S, SHORTEST_S + grown * (LONGEST_S - SHORTEST_S))
        n_windows = max(3, int(BATCH_S / length_s))
        return [self.short_window(round(length_s * POSITIONS_PER_S), rng) for _ in range(n_windows)]

    def short_window(self, n_positions: int, rng: random.Random) -> Window:
        """Draw sentences that fit a short window, or with timestamps now and then overrun it."""
        length_s, timestamps = n_positions / POSITIONS_PER_S, happens(rng, 0.4)
        overrun_s = 2.0 if timestamps and happens(rng, 0.3) else 0.0
        is_early = self.progress < NOUGHT_FROM
        if length_s < LONGEST_SINGLE_S or (not is_early and happens(rng, 0.25)):
            joined = self.drawing.single(rng, length_s)
        else:
            joined = self.drawing.several(rng, length_s * rng.uniform(0.6, 1) + overrun_s)
        offset = rng.randrange(MAX_POSITIONS - n_positions) if is_early and happens(rng, 0.5) else 0
        return self.maker.make(joined, n_positions, timestamps=timestamps, offset=offset, rng=rng)

    def whole_window(self, rng: random.Random) -> Window:
        """Draw a window as in use: 30 s, filled in part or wholly, or with timestamps cut off."""
        timestamps = happens(rng, 0.45)
        if timestamps and happens(rng, 0.6):
            joined = self.drawing.several(rng, 36.0)
        else:
            joined = self.drawing.several(rng, rng.choice((3.5, 7.0, 16.0, 24.0, 29.5, 29.5)))
        return self.maker.make(joined, MAX_POSITIONS, timestamps=timestamps, rng=rng)

    def ctc(self, log_probabilities: torch.Tensor, targets: list[list[int]], blank: int) -> torch.Tensor:
        """Give the CTC loss a label."""
        lengths = torch.tensor([len(target) for target in targets])
        losses = ctc_loss(
            log_probabilities.transpose(0, 1),
            torch.tensor([label for target in targets for label in target]),
            torch.full((len(targets),), log_probabilities.shape[1]),
            lengths,
            blank=blank,
            reduction="sum",
            zero_infinity=True,
        )
        return losses / lengths.sum().clamp(min=1)

    @property
    def blank(self) -> int:
        """The label of no token, after all text tokens."""
        return int(self.config.eos_token_id)

    def letters(self, texts: tuple[str, ...]) -> list[int]:
        """Give the ids of the letters of what is said."""
        return [self.letter_ids[letter] for letter in " ".join(texts).replace(" ", "|")]

    def words(self, texts: tuple[str, ...]) -> list[int]:
        """Give the tokens of what is said."""
        return [i for text in texts for i in self.maker.text_ids(text)]

    def validate(self) -> dict[str, float]:
        """Decode the sentences kept out: in short windows at first, in whole ones once those are trained."""
        whole = self.progress > WHOLE_FROM
        said, heard, heard_by_ctc = [], [], []
        for joined in self.validation:
            n_positions = MAX_POSITIONS if whole else math.ceil(len(joined.samples) / 320) + 50
            features = self.maker.features(joined.samples, n_positions)[None]
            _, states = self.model.encode(features, torch.zeros(1, dtype=torch.long))
            ids = self.model.whisper.generate(
                encoder_outputs=BaseModelOutput(last_hidden_state=states),
                language="en",
                task="transcribe",
                do_sample=False,
                max_length=220,
            )
            said.append(" ".join(joined.texts))
            heard += [text.strip() for text in self.tokenizer.batch_decode(ids, skip_special_tokens=True)]
            heard_by_ctc.append(self.best_path(states))
        wer = jiwer.wer(said, heard)
        ctc_wer = jiwer.wer(said, heard_by_ctc)
        return {"wer": wer if whole else math.inf, "short_wer": wer, "ctc_wer": ctc_wer}

    def best_path(self, states: torch.Tensor) -> str:
        """Decode the head for tokens."""
        best = torch.unique_consecutive(self.model.words(states)[0].argmax(-1))
        return self.tokenizer.decode(best[best != self.blank]).strip()


def misread(ids: torch.Tensor, n_words: int) -> torch.Tensor:
    """Put other words of the batch in the place of some, [batch, tokens]."""
    others = ids.flatten()[torch.randperm(ids.numel())].view(ids.shape)
    swapped = (torch.rand(ids.shape) < MISREAD_SHARE) & (ids < n_words) & (others < n_words)
    return torch.where(swapped, others, ids)


def begin_with_sinusoids(model: WhisperForConditionalGeneration, first_timestamp: int) -> None:
    """Give each timestamp's embedding the shape of the encoder position that it names."""
    positions = model.model.encoder.embed_positions.weight
    timestamps = model.model.decoder.embed_tokens.weight[first_timestamp:]
    timestamps[:-1] = TIMESTAMP_SCALE * positions
    timestamps[-1] = timestamps[-2]
    positions *= POSITION_SCALE


def save(best: Path, folder: Path) -> None:
    """Write the checkpoint in half precision, with its processor and generation config."""
    config = WhisperConfig(**ARCHITECTURES[NAME])
    model = WithCtcHeads(config, len(stand_in_tokenizer().get_vocab()))
    model.load_state_dict(torch.load(best))
    model.whisper.generation_config = stand_in_generation_config(config)
    model.whisper.half().save_pretrained(folder)
    bpe_tokenizer(config.vocab_size, config.eos_token_id).save_pretrained(folder)
    WhisperFeatureExtractor().save_pretrained(folder)
