"""A model made smaller without training: what pruning and distillation start from, not where they end.

Heads and feed-forward channels are cut out by the magnitude of their weights (Li et al., Pruning Filters for
Efficient ConvNets, 2017), so that time, memory and FLOPs really fall; single weights are set to zero by
theirs (Han et al., Learning both Weights and Connections, 2015), which changes words and nothing else where
no kernel makes use of it. Every second layer kept is how DistilBERT began (Sanh et al., 2019).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from asr_harness.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asr_harness.systems.variant import Variant

GROUP, KEPT_OF_GROUP = 4, 2
"""Of 2:4 sparsity: NVIDIA's sparse tensor cores skip two of four (Mishra et al., 2021, arXiv:2104.08378)."""


def reshape(encoder: Any, decoder: Any | None, config: Any, variant: Variant) -> None:
    """Drop layers, then cut or zero what the variant says, in this model alone; `config` follows.

    Raises UnavailableError where the architecture is laid out otherwise.
    """
    if variant.encoder_stride > 1:
        _drop_layers(encoder, config, "encoder_layers", variant.encoder_stride)
    if variant.decoder_stride > 1 and decoder is not None:
        _drop_layers(decoder, config, "decoder_layers", variant.decoder_stride)
    if variant.sparse_encoder:
        sparsify(encoder, variant.sparse_encoder, variant.sparsity)
    if variant.prune_encoder:
        prune(encoder, variant.prune_encoder)


def prune(encoder: Any, share: float) -> None:
    """Cut the share of heads and channels with the smallest weights out of every layer, leaving one at least.

    On the meta device, where there are no weights, the first of them stay: the shapes are the same.
    """
    for layer in _layers(encoder):
        attention, (inner, outer) = _attention(layer), _feed_forward(layer)
        n_heads = max(1, round(attention.num_heads * (1 - share)))
        kept = _kept(_head_scores(attention), n_heads)
        width = torch.arange(attention.head_dim, device=kept.device)
        rows = (kept[:, None] * attention.head_dim + width).flatten()
        for name in ("q_proj", "k_proj", "v_proj"):
            setattr(attention, name, _rows_of(getattr(attention, name), rows))
        attention.out_proj = _columns_of(attention.out_proj, rows)
        attention.num_heads = n_heads
        scores = inner.weight.float().norm(dim=1) * outer.weight.float().norm(dim=0)
        channels = _kept(scores, max(1, round(len(scores) * (1 - share))))
        _put_feed_forward(layer, _rows_of(inner, channels), _columns_of(outer, channels))


def sparsify(encoder: Any, share: float, pattern: str) -> None:
    """Set the smallest weights of every linear layer in the encoder's layers to zero."""
    for layer in _layers(encoder):
        for linear in (module for module in layer.modules() if isinstance(module, torch.nn.Linear)):
            weight = linear.weight.data
            if pattern == "2:4":
                groups = weight.view(-1, GROUP)
                smallest = groups.abs().topk(GROUP - KEPT_OF_GROUP, dim=1, largest=False).indices
                groups.scatter_(1, smallest, 0.0)
            else:
                n_zeros = round(weight.numel() * share)
                smallest = weight.abs().flatten().topk(n_zeros, largest=False).indices
                weight.view(-1)[smallest] = 0.0


def _layers(encoder: Any) -> Sequence[Any]:
    stack = encoder if hasattr(encoder, "layers") else getattr(encoder, "encoder", None)
    layers: Sequence[Any] | None = getattr(stack, "layers", None)
    if layers is None:
        raise UnavailableError(f"{type(encoder).__name__} has no list of layers to make smaller")
    return layers


def _drop_layers(part: Any, config: Any, count: str, stride: int) -> None:
    layers = _layers(part)
    kept = list(layers)[::stride]
    for place, layer in enumerate(kept):
        for module in layer.modules():
            if getattr(module, "layer_idx", None) is not None:
                module.layer_idx = place
    stack = part if hasattr(part, "layers") else part.encoder
    stack.layers = torch.nn.ModuleList(kept)
    # In Whisper's configuration, num_hidden_layers is the encoder's number under another name.
    names = (count, "num_hidden_layers") if count == "encoder_layers" else (count,)
    for name in names:
        if hasattr(config, name):
            setattr(config, name, len(kept))


def _attention(layer: Any) -> Any:
    attention = getattr(layer, "self_attn", None) or getattr(layer, "attention", None)
    if not all(hasattr(attention, name) for name in ("q_proj", "out_proj", "num_heads", "head_dim")):
        raise UnavailableError(f"{type(layer).__name__} has no attention whose heads can be cut out")
    return attention


def _feed_forward(layer: Any) -> tuple[Any, Any]:
    if hasattr(layer, "fc1"):
        return layer.fc1, layer.fc2
    if hasattr(layer, "feed_forward"):
        return layer.feed_forward.intermediate_dense, layer.feed_forward.output_dense
    raise UnavailableError(f"{type(layer).__name__} has no feed-forward channels that can be cut out")


def _put_feed_forward(layer: Any, inner: Any, outer: Any) -> None:
    if hasattr(layer, "fc1"):
        layer.fc1, layer.fc2 = inner, outer
    else:
        layer.feed_forward.intermediate_dense, layer.feed_forward.output_dense = inner, outer


def _head_scores(attention: Any) -> torch.Tensor:
    n_heads, width = attention.num_heads, attention.head_dim
    into = sum(
        getattr(attention, name).weight.float().view(n_heads, width, -1).square().sum((1, 2))
        for name in ("q_proj", "k_proj", "v_proj")
    )
    out = attention.out_proj.weight.float().view(-1, n_heads, width).square().sum((0, 2))
    return torch.as_tensor(into + out)


def _kept(scores: torch.Tensor, n_kept: int) -> torch.Tensor:
    if scores.is_meta:
        return torch.arange(n_kept, device="meta")
    return scores.topk(n_kept).indices.sort().values


def _rows_of(linear: Any, rows: torch.Tensor) -> torch.nn.Linear:
    bias = None if linear.bias is None else linear.bias.detach()[rows]
    return _linear(linear.weight.detach()[rows], bias)


def _columns_of(linear: Any, columns: torch.Tensor) -> torch.nn.Linear:
    return _linear(linear.weight.detach()[:, columns], linear.bias)


def _linear(weight: torch.Tensor, bias: Any) -> torch.nn.Linear:
    made = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None, device="meta")
    made.weight = torch.nn.Parameter(weight.contiguous(), requires_grad=False)
    if bias is not None:
        made.bias = torch.nn.Parameter(bias.detach(), requires_grad=False)
    return made
