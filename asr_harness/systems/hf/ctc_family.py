"""What every CTC family shares: its system, the settings that it heeds and what a batch costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from transformers import AutoModelForCTC

from asr_harness.systems.base import Pass
from asr_harness.systems.cost import Cost, n_parameters
from asr_harness.systems.hf.building import DTYPES
from asr_harness.systems.hf.ctc_system import CtcSystem
from asr_harness.systems.hf.standard import StandardFamily
from asr_harness.systems.variant import OF_ENCODER

if TYPE_CHECKING:
    from asr_harness.systems.checkpoints import Checkpoint
    from asr_harness.systems.hf.ctc_work import CtcWork
    from asr_harness.systems.variant import Variant

CONVOLUTION_COPIES = 3
"""The first convolution's output, its norm and its activation are held at once."""


class CtcFamily(StandardFamily):
    """Checkpoints with an encoder and a CTC head."""

    description = "CTC best path"
    settings = frozenset({"dtype", "attention", "quantisation", "compile_encoder"}) | OF_ENCODER
    auto = AutoModelForCTC
    work: ClassVar[CtcWork]
    skip_special_tokens: ClassVar[bool] = False
    """Whether the tokenizer collapses before it drops special tokens, so that they may be dropped.

    Wav2Vec2CTCTokenizer drops the blank first: HELLO becomes HELO."""

    def assemble(
        self,
        checkpoint: Checkpoint,  # noqa: ARG002
        model: Any,
        extractor: Any,
        tokenizer: Any,
        variant: Variant,  # noqa: ARG002
    ) -> CtcSystem:
        """Put the system together."""
        skip = self.skip_special_tokens
        return CtcSystem(model, extractor, tokenizer, self.work, skip_special_tokens=skip)

    def cost(self, checkpoint: Checkpoint, *, batch_size: int, audio_s: float, variant: Variant) -> Cost:
        """Estimate what one batch costs: the encoder, whose first convolution holds the most."""
        model = self.build(checkpoint, device="meta", dtype=variant.dtype, attention="eager")
        n_inputs = round(audio_s * self.work.inputs_per_s)
        encode = Pass("encode", batch_size, n_inputs)
        flops = self.work.closed_form(model.config, encode)
        if flops is None:
            flops = int(self.work.flops(model.config).of(encode))
        itemsize = DTYPES[variant.dtype].itemsize
        first = CONVOLUTION_COPIES * batch_size * self.work.first_floats(model.config, n_inputs) * itemsize
        return Cost(
            flops=flops,
            streamed_bytes=first,
            weight_bytes=n_parameters(model) * itemsize,
            activation_bytes=first,
        )
