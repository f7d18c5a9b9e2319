"""Work of a fixed size, from torch alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable


def encoder_kernel(*, n_frames: int, width: int, n_heads: int, n_layers: int) -> Callable[[], object]:
    """Make a Transformer encoder with seeded weights that computes `n_frames` frames at each call."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        layer = torch.nn.TransformerEncoderLayer(width, n_heads, 4 * width, batch_first=True)
        encoder = torch.nn.TransformerEncoder(layer, n_layers, enable_nested_tensor=False).eval()
        frames = torch.randn(1, n_frames, width)

    @torch.inference_mode()
    def encode() -> object:
        return encoder(frames)

    return encode
