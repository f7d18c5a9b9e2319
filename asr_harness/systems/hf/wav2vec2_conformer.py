"""wav2vec 2.0 with a conformer for its Transformer, and a CTC head (Wang et al.: fairseq S2T, 2020)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness.errors import UnavailableError
from asr_harness.systems.hf import ctc
from asr_harness.systems.hf.ctc_work import CtcWork, convolved

if TYPE_CHECKING:
    from collections.abc import Mapping

    from transformers import PreTrainedConfig

    from asr_harness.systems.base import Pass
    from asr_harness.systems.checkpoints import Checkpoint
    from asr_harness.systems.hf.system import HfSystem
    from asr_harness.systems.variant import Variant

_LARGE: Mapping[str, Any] = {
    "model_type": "wav2vec2-conformer",
    "pad_token_id": 0,
    "vocab_size": 4 + len(ctc.LETTERS),
    "hidden_size": 1024,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "intermediate_size": 4096,
    "conv_bias": True,
    "feat_extract_norm": "layer",
}
ARCHITECTURES: Mapping[str, Mapping[str, Any]] = {
    "facebook/wav2vec2-conformer-rope-large-960h-ft": {**_LARGE, "position_embeddings_type": "rotary"},
    "facebook/wav2vec2-conformer-rel-pos-large-960h-ft": {**_LARGE, "position_embeddings_type": "relative"},
}


class ConformerWork(CtcWork):
    """The passes of a conformer on wav2vec 2.0's convolutions."""

    def encoder_flops(self, config: Any, n_inputs: int) -> int:
        """FLOPs of one row from the architecture alone, but for what rows share.

        Convolutions and projection as in wav2vec 2.0; then per layer, for F frames, width d, inner width m
        and kernel k: 8Fdm for two feed-forwards, 8Fd² + 4F²d for attention and 2F(2F-1)d for its relative
        positions, 6Fd² + 2Fdk for the convolution module.
        """
        flops, frames, channels = convolved(config, n_inputs)
        width, kernel = config.hidden_size, config.conv_depthwise_kernel_size
        layer = (
            8 * frames * width * config.intermediate_size
            + 14 * frames * width**2
            + 4 * frames**2 * width
            + 2 * frames * width * kernel
        )
        if config.position_embeddings_type == "relative":
            layer += 2 * frames * (2 * frames - 1) * width
        return int(flops + 2 * frames * channels * width + config.num_hidden_layers * layer)

    def closed_form(self, config: PreTrainedConfig, network_pass: Pass) -> int | None:
        """FLOPs of a pass; all rows share the projection of relative positions, 2(2F-1)d² in each layer."""
        flops = super().closed_form(config, network_pass)
        if flops is None or network_pass.kind != "encode" or config.position_embeddings_type != "relative":
            return flops
        _, frames, _ = convolved(config, network_pass.n_new)
        return int(flops + config.num_hidden_layers * 2 * (2 * frames - 1) * config.hidden_size**2)


class ConformerFamily(ctc.Wav2Vec2Family):
    """Checkpoints of `Wav2Vec2ConformerForCTC`."""

    name = "wav2vec2-conformer"
    model_types = ("wav2vec2-conformer",)
    architectures = ARCHITECTURES
    work = ConformerWork()

    def load(self, checkpoint: Checkpoint, *, device: str, variant: Variant) -> HfSystem:
        """Load a checkpoint; raises UnavailableError where rotary positions are sized for all heads."""
        if variant.prune_encoder and checkpoint.config.get("position_embeddings_type") == "rotary":
            raise UnavailableError(
                f"{checkpoint.name!r} cannot run with prune_encoder={variant.prune_encoder!r}: its rotary "
                "positions are sized for all heads; run half-encoder"
            )
        return super().load(checkpoint, device=device, variant=variant)


FAMILY = ConformerFamily()
