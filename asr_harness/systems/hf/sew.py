"""SEW with a CTC head: wav2vec 2.0 with its frames squeezed inside the encoder (Wu et al., 2021).

Its kin SEW-D is left out: its attention makes tensors on the CPU wherever it runs, so it cannot be counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness.systems.hf import ctc
from asr_harness.systems.hf.ctc_work import CtcWork, convolved

if TYPE_CHECKING:
    from collections.abc import Mapping

ARCHITECTURES: Mapping[str, Mapping[str, Any]] = {
    "asapp/sew-tiny-100k-ft-ls100h": {
        "model_type": "sew",
        "pad_token_id": 0,
        "vocab_size": 4 + len(ctc.LETTERS),
        "hidden_size": 512,
        "num_attention_heads": 8,
        "intermediate_size": 2048,
    }
}
"""What is left out is the library's default."""


class SewWork(CtcWork):
    """The passes of an encoder whose layers see frames squeezed by a factor s."""

    def encoder_flops(self, config: Any, n_inputs: int) -> int:
        """FLOPs of one row from the architecture alone.

        Convolutions as in wav2vec 2.0; for F frames, width d, kernel k of stride s and g groups: the
        projection 2Fcd, positions 2P·d·(d/g)·k for P = ⌊(F + 2⌊k/2⌋ - k)/s⌋ + 1, then on S squeezed frames
        the layers, 8Sd² + 4S²d + 4Sdm each, and 2S·d·ds to go back.
        """
        flops, frames, channels = convolved(config, n_inputs)
        width, squeeze = config.hidden_size, config.squeeze_factor
        if channels != width:
            flops += 2 * frames * channels * width
        kernel, groups = config.num_conv_pos_embeddings, config.num_conv_pos_embedding_groups
        positions = (frames + 2 * (kernel // 2) - kernel) // squeeze + 1
        flops += 2 * positions * width * (width // groups) * kernel
        squeezed = min(frames // squeeze, positions - (1 - kernel % 2))
        layer = (
            8 * squeezed * width**2
            + 4 * squeezed**2 * width
            + 4 * squeezed * width * config.intermediate_size
        )
        return int(flops + config.num_hidden_layers * layer + 2 * squeezed * width**2 * squeeze)


class SewFamily(ctc.Wav2Vec2Family):
    """Checkpoints of `SEWForCTC`."""

    name = "sew"
    model_types = ("sew",)
    architectures = ARCHITECTURES
    work = SewWork()


FAMILY = SewFamily()
