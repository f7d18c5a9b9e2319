"""openai-whisper's own model with the weights of a transformers checkpoint, which names them otherwise."""

import re
from functools import reduce
from pathlib import Path
from typing import Any

from transformers import WhisperForConditionalGeneration

RENAMED = (
    (r"^model\.", ""),
    (r"\.layers\.", ".blocks."),
    (r"\.encoder_attn_layer_norm\.", ".cross_attn_ln."),
    (r"\.self_attn_layer_norm\.", ".attn_ln."),
    (r"\.final_layer_norm\.", ".mlp_ln."),
    (r"\.encoder_attn\.", ".cross_attn."),
    (r"\.self_attn\.", ".attn."),
    (r"\.q_proj\.", ".query."),
    (r"\.k_proj\.", ".key."),
    (r"\.v_proj\.", ".value."),
    (r"\.out_proj\.", ".out."),
    (r"\.fc1\.", ".mlp.0."),
    (r"\.fc2\.", ".mlp.2."),
    (r"^encoder\.layer_norm\.", "encoder.ln_post."),
    (r"^decoder\.layer_norm\.", "decoder.ln."),
    (r"embed_positions\.weight$", "positional_embedding"),
    (r"embed_tokens\.", "token_embedding."),
)


def load(folder: Path) -> Any:
    """Build it in float32; every weight has to find its place."""
    from whisper.model import ModelDimensions, Whisper

    source = WhisperForConditionalGeneration.from_pretrained(folder, dtype="float32")
    config = source.config
    model = Whisper(
        ModelDimensions(
            config.num_mel_bins, config.max_source_positions, config.d_model, config.encoder_attention_heads,
            config.encoder_layers, config.vocab_size, config.max_target_positions, config.d_model,
            config.decoder_attention_heads, config.decoder_layers,
        )
    )  # fmt: skip
    weights = {}
    for name, tensor in source.state_dict().items():
        if name != "proj_out.weight":
            weights[reduce(lambda name, rule: re.sub(*rule, name), RENAMED, name)] = tensor
    model.load_state_dict(weights)
    return model.eval()
