"""A tiny configuration of each family that loads by transformers' Auto classes, and the passes to count."""

from typing import Any

from tests.checkpoints import TINY_CTC

TINY_CONFORMER = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "conv_kernel_size": 5,
    "subsampling_conv_channels": 4,
    "num_mel_bins": 16,
}
TINY_SEW = {**TINY_CTC, "squeeze_factor": 2, "conv_dim": (8, 16)}

CTC: dict[str, dict[str, Any]] = {
    "unispeech": {"model_type": "unispeech", **TINY_CTC, "num_ctc_classes": 32},
    "unispeech-sat": {"model_type": "unispeech-sat", **TINY_CTC, "num_ctc_classes": 32},
    "sew": {"model_type": "sew", **TINY_SEW},
    "wav2vec2-conformer": {"model_type": "wav2vec2-conformer", **TINY_CTC, "conv_depthwise_kernel_size": 3},
    "wav2vec2-bert": {
        "model_type": "wav2vec2-bert",
        "vocab_size": 32,
        "pad_token_id": 0,
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 24,
        "feature_projection_input_dim": 16,
        "conv_depthwise_kernel_size": 3,
    },
    "parakeet_ctc": {
        "model_type": "parakeet_ctc",
        "vocab_size": 33,
        "pad_token_id": 32,
        "encoder_config": TINY_CONFORMER,
    },
    "lasr_ctc": {
        "model_type": "lasr_ctc",
        "vocab_size": 33,
        "pad_token_id": 0,
        "encoder_config": {**TINY_CONFORMER, "conv_kernel_size": 4},
    },
}
