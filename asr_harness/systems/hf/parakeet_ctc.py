"""Parakeet with a CTC head: mel features, a Fast Conformer encoder, best path (NVIDIA, 2024).

The features are normalised over each recording, and padding is masked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transformers import ParakeetFeatureExtractor, ParakeetTokenizer

from asr_harness.systems.hf.ctc_family import CtcFamily
from asr_harness.systems.hf.mel_ctc_work import MelCtcWork
from asr_harness.systems.hf.stand_in import spelling

if TYPE_CHECKING:
    from collections.abc import Mapping

ARCHITECTURES: Mapping[str, Mapping[str, Any]] = {
    "nvidia/parakeet-ctc-0.6b": {"model_type": "parakeet_ctc", "encoder_config": {"num_hidden_layers": 24}},
    "nvidia/parakeet-ctc-1.1b": {"model_type": "parakeet_ctc", "encoder_config": {"num_hidden_layers": 42}},
}
"""What is left out is the library's default."""


class ParakeetCtcFamily(CtcFamily):
    """Checkpoints of `ParakeetForCTC`."""

    name = "parakeet_ctc"
    model_types = ("parakeet_ctc",)
    architectures = ARCHITECTURES
    work = MelCtcWork()
    skip_special_tokens = True

    def stand_in_extractor(self, config: Any) -> ParakeetFeatureExtractor:
        """Make an extractor of the model's mel bins."""
        return ParakeetFeatureExtractor(feature_size=config.encoder_config.num_mel_bins)

    def stand_in_tokenizer(self, config: Any) -> ParakeetTokenizer:
        """Make a tokenizer whose padding token is the blank."""
        tokens = spelling(config.vocab_size, {"<unk>": 0, "<pad>": config.pad_token_id})
        return ParakeetTokenizer(tokenizer_object=tokens, pad_token="<pad>", unk_token="<unk>")  # noqa: S106


FAMILY = ParakeetCtcFamily()
