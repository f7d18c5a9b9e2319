"""What every CTC family runs: an encoder, a head on its frames, and the collapse of the best path to text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from asr_harness.systems.base import Transcription
from asr_harness.systems.hf.features import Features, extract
from asr_harness.systems.hf.system import HfSystem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asr_harness.schema.audio import Samples
    from asr_harness.systems.hf.ctc_work import CtcWork


@dataclass(frozen=True, slots=True)
class Encoded:
    """Hidden states [batch, frames, hidden], and the frames that are speech rather than padding."""

    hidden_states: torch.Tensor
    n_frames: tuple[int, ...]
    processed_s: float


class CtcSystem(HfSystem):
    """Transcribes by the best path: each frame's arg max, repeats collapsed, blanks dropped (Graves 2006).

    The tokenizer collapses, so it has to be a CTC tokenizer, whose padding token is the blank.
    """

    def __init__(
        self,
        model: Any,
        feature_extractor: Any,
        tokenizer: Any,
        work: CtcWork,
        *,
        skip_special_tokens: bool = False,
    ) -> None:
        super().__init__(model, work)
        self.feature_extractor = feature_extractor
        self.tokenizer = tokenizer
        self.work = work
        self.skip_special_tokens = skip_special_tokens

    @property
    def decoding(self) -> Mapping[str, Any]:
        """The settings that decide what is decoded, for the fingerprint."""
        return {"ctc": "best path", "blank": self.tokenizer.pad_token_id}

    @torch.inference_mode()
    def preprocess(self, audio: Sequence[Samples]) -> Features:
        """Compute each recording's features, and pad the batch to its longest."""
        return extract(self.feature_extractor, audio, self.model)

    @torch.inference_mode()
    def encode(self, features: Features) -> Encoded:
        """Run the encoder."""
        outputs = self.work.encoder(self.model)(features.inputs, attention_mask=features.attention_mask)
        lengths = self.work.n_frames(self.model, torch.tensor(features.n_inputs))
        return Encoded(outputs.last_hidden_state, tuple(map(int, lengths)), features.padded_s)

    @torch.inference_mode()
    def decode(self, encoded: Encoded) -> Transcription:
        """Classify the frames, leave out those of padding, and collapse them to text."""
        rows = self.work.head(self.model)(encoded.hidden_states).argmax(-1).cpu()
        texts, n_tokens = collapse(
            rows, encoded.n_frames, self.tokenizer, skip_special_tokens=self.skip_special_tokens
        )
        return Transcription(texts, n_tokens, encoded.processed_s)


def collapse(
    rows: torch.Tensor, n_frames: Sequence[int], tokenizer: Any, *, skip_special_tokens: bool
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Turn the labels of frames [batch, frames] into the text and the number of tokens of each row.

    Row i has `n_frames[i]` frames of speech; what follows is padding.
    """
    ids = [row[:n] for row, n in zip(rows, n_frames, strict=True)]
    texts = tokenizer.batch_decode(ids, skip_special_tokens=skip_special_tokens)
    blank = tokenizer.pad_token_id
    return tuple(texts), tuple(int((torch.unique_consecutive(row) != blank).sum()) for row in ids)
