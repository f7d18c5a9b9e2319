"""What a decoder's forward pass was, as a hook on it can tell: its tokens, and its cache afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness.systems.base import Pass

if TYPE_CHECKING:
    from collections.abc import Mapping


def decoder_pass(kwargs: Mapping[str, Any], output: Any) -> Pass:
    """Describe the pass that was called with `kwargs` and gave `output`."""
    n_rows, n_new = kwargs["input_ids"].shape
    n_cached, cache_bytes = _cached(output.past_key_values)
    n_past = max(n_cached - n_new, 0)
    return Pass("step" if n_past else "prompt", n_rows, n_new, n_past, cache_bytes)


def _cached(past: Any) -> tuple[int, int]:
    if past is None:
        return 0, 0
    layers = [*past.self_attention_cache.layers, *past.cross_attention_cache.layers]
    held = [tensor for layer in layers for tensor in (layer.keys, layer.values) if tensor is not None]
    return int(past.get_seq_length()), sum(tensor.numel() * tensor.element_size() for tensor in held)
