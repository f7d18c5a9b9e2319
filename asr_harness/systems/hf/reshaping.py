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
from asr_harness.systems.hf import layouts

if TYPE_CHECKING:
    from asr_harness.systems.variant import Variant

GROUP, KEPT_OF_GROUP = 4, 2
"""Of 2:4 sparsity: NVIDIA's sparse tensor cores skip two of four (Mishra et al., 2021, arXiv:2104.08378)."""

BY_LAYER = ("layer_types", "sliding_windows")
"""Of which a configuration has an entry for each layer."""


def reshape(encoder: Any, decoder: Any | None, config: Any, variant: Variant) -> None:
    """Drop layers, then cut or zero what the variant says, in this model alone; `config` follows.

    Raises UnavailableError where the architecture is laid out otherwise.
    """
    if variant.encoder_stride > 1:
        _drop_layers(encoder, config, "encoder", variant.encoder_stride)
    if variant.decoder_stride > 1 and decoder is not None:
        _drop_layers(decoder, config, "decoder", variant.decoder_stride)
    if variant.sparse_encoder:
        sparsify(encoder, variant.sparse_encoder, variant.sparsity)
    if variant.prune_encoder:
        prune(encoder, variant.prune_encoder)


def prune(encoder: Any, share: float) -> None:
    """Cut the share of heads and channels with the smallest weights out of every layer, leaving one at least.

    On the meta device, where there are no weights, the first of them stay: the shapes are the same.
    """
    for layer in layouts.layers(encoder):
        _cut_heads(layouts.heads(layer), share)
        for block, inner, outer in layouts.feed_forwards(layer):
            into, out = getattr(block, inner), getattr(block, outer)
            scores = into.weight.float().norm(dim=1) * out.weight.float().norm(dim=0)
            channels = _kept(scores, max(1, round(len(scores) * (1 - share))))
            setattr(block, inner, _rows_of(into, channels))
            setattr(block, outer, _columns_of(out, channels))


def _cut_heads(heads: layouts.Heads, share: float) -> None:
    attention, n_heads = heads.attention, max(1, round(heads.count * (1 - share)))
    kept = _kept(_head_scores(heads), n_heads)
    width = torch.arange(heads.width, device=kept.device)
    rows = (kept[:, None] * heads.width + width).flatten()
    for name in heads.by_row:
        setattr(attention, name, _rows_of(getattr(attention, name), rows))
    setattr(attention, heads.out, _columns_of(getattr(attention, heads.out), rows))
    for name in heads.biases:
        bias = getattr(attention, name).detach()[kept]
        setattr(attention, name, torch.nn.Parameter(bias, requires_grad=False))
    heads.set_count(n_heads)


def sparsify(encoder: Any, share: float, pattern: str) -> None:
    """Set the smallest weights of every linear layer in the encoder's layers to zero."""
    for layer in layouts.layers(encoder):
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


def _drop_layers(part: Any, config: Any, stage: str, stride: int) -> None:
    stack = layouts.stack(part)
    n_layers, kept = len(stack.layers), list(stack.layers)[::stride]
    for place, layer in enumerate(kept):
        for module in layer.modules():
            if getattr(module, "layer_idx", None) is not None:
                module.layer_idx = place
    stack.layers = torch.nn.ModuleList(kept)
    counts = _counts(config, stage, n_layers)
    if not counts:
        raise UnavailableError(f"{type(config).__name__} does not say how many layers {stage}s have")
    for owner, name in counts:
        setattr(owner, name, len(kept))
    for owner, _ in counts:
        for name in BY_LAYER:
            values = getattr(owner, name, None)
            if values is not None and len(values) == n_layers:
                setattr(owner, name, values[::stride])


def _counts(config: Any, stage: str, n_layers: int) -> list[tuple[Any, str]]:
    """Give where a configuration counts the layers of a stage: its own part, or names with the stage's."""
    part = getattr(config, f"{stage}_config", None)
    places = [
        (part, "num_hidden_layers"),
        (config, f"{stage}_layers"),
        (config, f"{stage}_num_hidden_layers"),
    ]
    # By itself the number is the encoder's, unless the encoder is configured apart.
    if part is None and (stage == "encoder") != hasattr(config, "encoder_config"):
        places.append((config, "num_hidden_layers"))
    return [(owner, name) for owner, name in places if getattr(owner, name, None) == n_layers]


def _head_scores(heads: layouts.Heads) -> torch.Tensor:
    n_heads, width = heads.count, heads.width
    into = sum(
        getattr(heads.attention, name).weight.float().view(n_heads, width, -1).square().sum((1, 2))
        for name in heads.into
    )
    out = getattr(heads.attention, heads.out).weight.float().view(-1, n_heads, width).square().sum((0, 2))
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
