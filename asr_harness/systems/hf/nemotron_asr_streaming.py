"""Nemotron's streaming transducer, run offline: whole recordings, attention limited to its chunks' context.

Streaming, where `generate` takes chunk after chunk from a generator, is not measured: its latency is another
quantity, that of a chunk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transformers import AutoModelForRNNT, NemotronAsrStreamingFeatureExtractor

from asr_harness.systems.hf.transducer_family import TransducerFamily
from asr_harness.systems.hf.transducer_work import TransducerWork

if TYPE_CHECKING:
    from collections.abc import Mapping

ARCHITECTURES: Mapping[str, Mapping[str, Any]] = {
    "nvidia/nemotron-speech-streaming-en-0.6b": {
        "model_type": "nemotron_asr_streaming",
        "encoder_config": {"num_mel_bins": 128},
    }
}
"""What is left out is the library's default."""


class StreamingWork(TransducerWork):
    """The passes of a causal encoder whose cost no formula here gives: it is counted."""

    def encoder_flops(self, config: Any, n_mel_frames: int) -> None:  # noqa: ARG002
        """Give no closed form."""
        return

    def encoder_options(self, config: Any) -> Mapping[str, Any]:
        """Look ahead as far as the configuration says, which is what transformers does, with a warning."""
        return {"num_lookahead_tokens": config.encoder_config.default_num_lookahead_tokens}


class NemotronFamily(TransducerFamily):
    """Checkpoints of `NemotronAsrStreamingForRNNT`."""

    name = "nemotron_asr_streaming"
    model_types = ("nemotron_asr_streaming",)
    architectures = ARCHITECTURES
    auto = AutoModelForRNNT
    work = StreamingWork(AutoModelForRNNT)

    def stand_in_extractor(self, config: Any) -> NemotronAsrStreamingFeatureExtractor:
        """Make an extractor of the model's mel bins."""
        return NemotronAsrStreamingFeatureExtractor(feature_size=config.encoder_config.num_mel_bins)


FAMILY = NemotronFamily()
