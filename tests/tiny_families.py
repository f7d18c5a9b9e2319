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
    "wav2vec2-conformer-rotary": {
        "model_type": "wav2vec2-conformer",
        **TINY_CTC,
        "conv_depthwise_kernel_size": 3,
        "position_embeddings_type": "rotary",
    },
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

TINY_TRANSDUCER = {
    "vocab_size": 33,
    "pad_token_id": 2,
    "blank_token_id": 32,
    "decoder_hidden_size": 8,
    "max_symbols_per_step": 2,
    "encoder_config": {**TINY_CONFORMER, "initializer_range": 0.3},
}
TRANSDUCERS: dict[str, dict[str, Any]] = {
    "parakeet_tdt": {"model_type": "parakeet_tdt", **TINY_TRANSDUCER},
    "parakeet_rnnt": {"model_type": "parakeet_rnnt", **TINY_TRANSDUCER},
    "nemotron_asr_streaming": {
        "model_type": "nemotron_asr_streaming",
        **TINY_TRANSDUCER,
        "encoder_config": {
            **TINY_CONFORMER,
            "initializer_range": 0.3,
            "sliding_window": 11,
            "default_num_lookahead_tokens": 3,
        },
    },
    "nemotron3_5_asr": {
        "model_type": "nemotron3_5_asr",
        **TINY_TRANSDUCER,
        "num_prompts": 4,
        "default_prompt_id": 3,
        "prompt_intermediate_size": 12,
        "encoder_config": {
            **TINY_CONFORMER,
            "initializer_range": 0.3,
            "sliding_window": 11,
            "default_num_lookahead_tokens": 3,
        },
    },
}

TINY_SEAMLESS = {
    "vocab_size": 80,
    "hidden_size": 16,
    "speech_encoder_layers": 2,
    "speech_encoder_attention_heads": 2,
    "speech_encoder_intermediate_size": 24,
    "feature_projection_input_dim": 16,
    "conv_depthwise_kernel_size": 3,
    "adaptor_kernel_size": 4,
    "adaptor_stride": 4,
    "decoder_layers": 2,
    "decoder_attention_heads": 2,
    "decoder_ffn_dim": 24,
    "max_position_embeddings": 48,
}
TINY_DECODER = {
    "vocab_size": 80,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "intermediate_size": 24,
    "max_position_embeddings": 1024,
}
ENCODER_DECODERS: dict[str, dict[str, Any]] = {
    "moonshine": {
        "model_type": "moonshine",
        "vocab_size": 80,
        "hidden_size": 24,
        "intermediate_size": 32,
        "encoder_num_hidden_layers": 1,
        "decoder_num_hidden_layers": 2,
        "encoder_num_attention_heads": 2,
        "decoder_num_attention_heads": 2,
        "pad_head_dim_to_multiple_of": 8,
    },
    "speech_to_text": {
        "model_type": "speech_to_text",
        "vocab_size": 80,
        "d_model": 16,
        "encoder_layers": 1,
        "decoder_layers": 2,
        "encoder_attention_heads": 2,
        "decoder_attention_heads": 2,
        "encoder_ffn_dim": 24,
        "decoder_ffn_dim": 32,
        "conv_channels": 12,
        "max_source_positions": 400,
        "max_target_positions": 100,
    },
    "seamless_m4t": {"model_type": "seamless_m4t", **TINY_SEAMLESS},
    "seamless_m4t_v2": {"model_type": "seamless_m4t_v2", **TINY_SEAMLESS},
    "cohere_asr": {
        "model_type": "cohere_asr",
        **TINY_DECODER,
        "hidden_size": 24,
        "head_dim": 12,
        "max_position_embeddings": 64,
        "encoder_config": TINY_CONFORMER,
    },
    "moonshine_streaming": {
        "model_type": "moonshine_streaming",
        **TINY_DECODER,
        "encoder_config": {
            "hidden_size": 24,
            "intermediate_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "num_key_value_heads": 2,
            "head_dim": 12,
            "sliding_windows": [[16, 4], [16, 0]],
        },
    },
}
