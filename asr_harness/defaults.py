"""What a grid holds where it does not say otherwise: buckets, variants, devices, the package's own models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness.corpora import BUCKETS_S

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BATCH_SIZES", "BUCKETS_S", "DEVICES", "EMBEDDED_MODELS", "VARIANTS"]

EMBEDDED_MODELS = {
    "whisper-mini": "asr-harness/whisper-mini",
    "ctc-mini": "asr-harness/ctc-mini",
}
"""Checkpoints that ship with the package, trained on synthetic speech alone."""

DEVICES = ("cpu", "cuda", "mps", "xpu")
BATCH_SIZES = (1, 4, 8, 16, 32)

VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "baseline": {},
    "fp16": {"dtype": "float16"},
    "bf16": {"dtype": "bfloat16"},
    "eager": {"attention": "eager"},
    "flash": {"attention": "flash_attention_2", "dtype": "float16"},
    "beam2": {"beams": 2},
    "beam5": {"beams": 5},
    "cap64": {"max_new_tokens": 64},
    "int8": {"quantisation": "int8"},
    "int8-weights": {"quantisation": "int8-weights"},
    "float8": {"quantisation": "float8", "dtype": "bfloat16"},
    "float8-weights": {"quantisation": "float8-weights"},
    "int4": {"quantisation": "int4-weights", "dtype": "bfloat16"},
    "compile": {"compile_encoder": True},
    "compile-static": {"compile_decoder": True, "cache": "static"},
    "prune25": {"prune_encoder": 0.25},
    "prune50": {"prune_encoder": 0.5},
    "sparse50": {"sparse_encoder": 0.5},
    "sparse2of4": {"sparse_encoder": 0.5, "sparsity": "2:4"},
    "half-encoder": {"encoder_stride": 2},
    "half-decoder": {"decoder_stride": 2},
    "stop-repeats": {"stopping": "repetition"},
    "fallback": {"stopping": "fallback"},
    "static": {"cache": "static"},
    "lookup": {"prompt_lookup": 10},
    "cut-context": {"audio_context": "clip"},
    "chunked": {"long_form": "chunked"},
    "distilled": {"checkpoint": "distilled"},
    "assisted": {"assistant": "auto"},
    "vad": {"vad": "silero"},
    "arrival": {"batching": "arrival"},
    "batched": {"batched": True},
}
"""What `load` of a family or runtime heeds; `baseline` is fp32, sdpa, greedy. Join names: `fp16+beam5`."""
