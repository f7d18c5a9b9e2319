"""LASR with a CTC head, Google's MedASR: mel features, a conformer with rotary positions, best path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transformers import LasrFeatureExtractor, ParakeetTokenizer

from asr_harness.systems.hf.ctc_family import CtcFamily
from asr_harness.systems.hf.mel_ctc_work import MelCtcWork
from asr_harness.systems.hf.stand_in import spelling

if TYPE_CHECKING:
    from collections.abc import Mapping

ARCHITECTURES: Mapping[str, Mapping[str, Any]] = {"google/medasr": {"model_type": "lasr_ctc"}}
"""What is left out is the library's default, which is MedASR's."""


class LasrWork(MelCtcWork):
    """The passes of LASR's encoder and CTC head."""

    def encoder_flops(self, config: Any, n_inputs: int) -> int:
        """FLOPs of one row from the architecture alone.

        For t mel frames of m bins, width d, c channels, kernel k: 2tmd, two convolutions 2·F·c_out·c_in·k,
        2Fcd; then per layer, for F frames, inner width i and depthwise kernel j: 8Fdi + 8Fd² + 4F²d for
        feed-forwards and attention, 6Fd² + 2Fdj for the convolution module.
        """
        encoder = config.encoder_config
        width, channels, kernel = (
            encoder.hidden_size, encoder.subsampling_conv_channels, encoder.subsampling_conv_kernel_size
        )  # fmt: skip
        flops, frames = 2 * n_inputs * encoder.num_mel_bins * width, n_inputs
        for n_channels in (width, channels):
            frames = (frames - kernel) // encoder.subsampling_conv_stride + 1
            flops += 2 * frames * n_channels * width * kernel
        flops += 2 * frames * channels * width
        layer = (
            8 * frames * width * encoder.intermediate_size
            + 14 * frames * width**2
            + 4 * frames**2 * width
            + 2 * frames * width * encoder.conv_kernel_size
        )
        return int(flops + encoder.num_hidden_layers * layer)

    def first_floats(self, config: Any, n_inputs: int) -> int:
        """Count the values that the first layer of one row gives."""
        return int(n_inputs * config.encoder_config.hidden_size)


class LasrFamily(CtcFamily):
    """Checkpoints of `LasrForCTC`."""

    name = "lasr_ctc"
    model_types = ("lasr_ctc",)
    architectures = ARCHITECTURES
    work = LasrWork()
    skip_special_tokens = True

    def stand_in_extractor(self, config: Any) -> LasrFeatureExtractor:
        """Make an extractor of the model's mel bins."""
        return LasrFeatureExtractor(feature_size=config.encoder_config.num_mel_bins)

    def stand_in_tokenizer(self, config: Any) -> ParakeetTokenizer:
        """Make a tokenizer that collapses as LASR's does, whose padding token is the blank."""
        tokens = spelling(config.vocab_size, {"<unk>": 1, "<pad>": config.pad_token_id})
        return ParakeetTokenizer(tokenizer_object=tokens, pad_token="<pad>", unk_token="<unk>")  # noqa: S106


FAMILY = LasrFamily()
