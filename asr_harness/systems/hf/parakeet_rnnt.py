"""Parakeet as a transducer: each step gives a token, or a blank that goes on by one frame (Graves, 2012)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transformers import AutoModelForRNNT

from asr_harness.systems.hf.transducer_family import TransducerFamily
from asr_harness.systems.hf.transducer_work import TransducerWork

if TYPE_CHECKING:
    from collections.abc import Mapping

_SMALL_VOCABULARY: Mapping[str, Any] = {
    "model_type": "parakeet_rnnt",
    "vocab_size": 1025,
    "blank_token_id": 1024,
}
ARCHITECTURES: Mapping[str, Mapping[str, Any]] = {
    "nvidia/parakeet-rnnt-0.6b": _SMALL_VOCABULARY,
    "nvidia/parakeet-rnnt-1.1b": {**_SMALL_VOCABULARY, "encoder_config": {"num_hidden_layers": 42}},
}
"""What is left out is the library's default."""


class ParakeetRnntFamily(TransducerFamily):
    """Checkpoints of `ParakeetForRNNT`."""

    name = "parakeet_rnnt"
    model_types = ("parakeet_rnnt",)
    architectures = ARCHITECTURES
    auto = AutoModelForRNNT
    work = TransducerWork(AutoModelForRNNT)


FAMILY = ParakeetRnntFamily()
