"""SEW with a CTC head: wav2vec 2.0 with its frames squeezed inside the encoder (Wu et al., 2021).

Its kin SEW-D is left out: its attention makes tensors on the CPU wherever it runs, so it cannot be counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness.systems.hf import ctc
from asr_harness.systems.hf.ctc_work import CtcWork

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
    """The passes of an encoder whose cost no formula here gives: it is counted."""

    def encoder_flops(self, config: Any, n_inputs: int) -> None:  # noqa: ARG002
        """Give no closed form."""
        return


class SewFamily(ctc.Wav2Vec2Family):
    """Checkpoints of `SEWForCTC`."""

    name = "sew"
    model_types = ("sew",)
    architectures = ARCHITECTURES
    work = SewWork()


FAMILY = SewFamily()
