"""wav2vec 2.0 with a conformer for its Transformer, and a CTC head (Wang et al.: fairseq S2T, 2020)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness.systems.hf import ctc
from asr_harness.systems.hf.sew import SewWork

if TYPE_CHECKING:
    from collections.abc import Mapping

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


class ConformerFamily(ctc.Wav2Vec2Family):
    """Checkpoints of `Wav2Vec2ConformerForCTC`."""

    name = "wav2vec2-conformer"
    model_types = ("wav2vec2-conformer",)
    architectures = ARCHITECTURES
    work = SewWork()


FAMILY = ConformerFamily()
