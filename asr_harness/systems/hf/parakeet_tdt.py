"""Parakeet as a token-and-duration transducer: each step gives a token, and how many frames to go on by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transformers import AutoModelForTDT

from asr_harness.systems.hf.transducer_family import TransducerFamily
from asr_harness.systems.hf.transducer_work import TransducerWork

if TYPE_CHECKING:
    from collections.abc import Mapping

_0_6B: Mapping[str, Any] = {"model_type": "parakeet_tdt", "encoder_config": {"num_mel_bins": 128}}
ARCHITECTURES: Mapping[str, Mapping[str, Any]] = {
    "nvidia/parakeet-tdt-0.6b-v2": {**_0_6B, "vocab_size": 1025, "blank_token_id": 1024},
    "nvidia/parakeet-tdt-0.6b-v3": _0_6B,
}
"""What is left out is the library's default."""


class ParakeetTdtFamily(TransducerFamily):
    """Checkpoints of `ParakeetForTDT`."""

    name = "parakeet_tdt"
    model_types = ("parakeet_tdt",)
    architectures = ARCHITECTURES
    auto = AutoModelForTDT
    work = TransducerWork(AutoModelForTDT)


FAMILY = ParakeetTdtFamily()
