"""ctc-mini: characters from the waveform, trained with the CTC loss alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jiwer
import numpy as np
import torch
from torch.nn.functional import ctc_loss
from transformers import Wav2Vec2Config, Wav2Vec2CTCTokenizer, Wav2Vec2FeatureExtractor, Wav2Vec2ForCTC

from asr_harness.systems.hf.ctc import ARCHITECTURES, stand_in_tokenizer
from tools.training.drawing import Drawing, Joined, join
from tools.training.filters import set_to_filter_bank

if TYPE_CHECKING:
    import random
    from pathlib import Path

    from tools.training.utterances import Utterances

NAME = "asr-harness/ctc-mini"
BATCH_S = 36.0
LEARNING_RATE = 1.2e-3
SHORT_UNTIL, SHORT_S = 0.06, 3.0
BEGUN_AT = 0.4
"""The share of the budget that weights begun with stand for."""
JOINED_FROM, JOINED_SHARE, JOINED_S = 0.25, 0.3, (5.0, 18.0)


class Ctc:
    """The model, and the batches that it learns from."""

    def __init__(self, utterances: Utterances) -> None:
        torch.manual_seed(0)
        config = Wav2Vec2Config(**ARCHITECTURES[NAME])
        self.model = Wav2Vec2ForCTC(config)
        set_to_filter_bank(self.model.wav2vec2.feature_extractor.conv_layers[0].conv)
        self.tokenizer = stand_in_tokenizer()
        self.ids = self.tokenizer.get_vocab()
        self.drawing = Drawing(utterances)
        self.validation = [join(utterances, [utterance]) for utterance in utterances.validation]

    def begin_with(self, checkpoint: Path) -> None:
        """Take the weights of a checkpoint that was saved."""
        self.model.load_state_dict(
            Wav2Vec2ForCTC.from_pretrained(checkpoint, dtype=torch.float32).state_dict()
        )

    def loss(self, progress: float, rng: random.Random) -> torch.Tensor:
        """Give the CTC loss a character."""
        batch = self.draw(progress, rng)
        log_probabilities, lengths = self.log_probabilities(batch)
        targets = [self.labels(" ".join(joined.texts)) for joined in batch]
        target_lengths = torch.tensor([len(target) for target in targets])
        return (
            ctc_loss(
                log_probabilities.transpose(0, 1),
                torch.cat(targets),
                lengths,
                target_lengths,
                blank=self.model.config.pad_token_id,
                reduction="sum",
                zero_infinity=True,
            )
            / target_lengths.sum()
        )

    def draw(self, progress: float, rng: random.Random) -> list[Joined]:
        """Draw short sentences first, later any, and later still several joined."""
        if progress > JOINED_FROM and rng.random() < JOINED_SHARE:
            length_s = rng.uniform(*JOINED_S)
            return [self.drawing.several(rng, length_s) for _ in range(max(2, int(BATCH_S / length_s)))]
        longest_s = SHORT_S if progress < SHORT_UNTIL else 9.0
        candidates = [self.drawing.single(rng, longest_s) for _ in range(40)]
        candidates.sort(key=lambda joined: len(joined.samples))
        first = rng.randrange(len(candidates))
        candidates = candidates[first:] + candidates[:first][::-1]
        n_fitting = max(2, int(BATCH_S * 16_000 / len(candidates[0].samples)))
        return candidates[:n_fitting]

    def log_probabilities(self, batch: list[Joined]) -> tuple[torch.Tensor, torch.Tensor]:
        """Give the log-probabilities [batch, frames, labels] and the frames of each."""
        n_samples = torch.tensor([len(joined.samples) for joined in batch])
        values = torch.zeros(len(batch), int(n_samples.max()))
        for row, joined in zip(values, batch, strict=True):
            samples = joined.samples - joined.samples.mean()
            row[: len(samples)] = torch.from_numpy(samples / np.sqrt(samples.var() + 1e-7))
        mask = (torch.arange(values.shape[1]) < n_samples[:, None]).long()
        with torch.autocast("cpu", torch.bfloat16, enabled=self.model.training):
            logits = self.model(values, attention_mask=mask).logits
        lengths = self.model._get_feat_extract_output_lengths(n_samples)  # noqa: SLF001
        return logits.float().log_softmax(-1), lengths

    def labels(self, text: str) -> torch.Tensor:
        """Give the ids of a text's characters."""
        return torch.tensor([self.ids[letter] for letter in text.upper().replace(" ", "|")])

    def validate(self) -> dict[str, float]:
        """Give the error rates of the best path on the sentences kept out."""
        said, heard = [], []
        for i in range(0, len(self.validation), 16):
            batch = self.validation[i : i + 16]
            log_probabilities, lengths = self.log_probabilities(batch)
            ids = [row[:n] for row, n in zip(log_probabilities.argmax(-1), lengths.tolist(), strict=True)]
            heard += [text.lower() for text in self.tokenizer.batch_decode(ids)]
            said += [joined.texts[0] for joined in batch]
        return {"wer": jiwer.wer(said, heard), "cer": jiwer.cer(said, heard)}


def save(best: Path, folder: Path) -> None:
    """Write the checkpoint in half precision, with its processor."""
    model = Wav2Vec2ForCTC(Wav2Vec2Config(**ARCHITECTURES[NAME]))
    model.load_state_dict(torch.load(best))
    model.half().save_pretrained(folder)
    tokenizer: Wav2Vec2CTCTokenizer = stand_in_tokenizer()
    tokenizer.save_pretrained(folder)
    Wav2Vec2FeatureExtractor(return_attention_mask=True).save_pretrained(folder)
