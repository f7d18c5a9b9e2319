"""Whisper's audio context cut to the clip: the padding to 30 s left out, in one model alone.

The encoder takes as many positions as there are frames, the first of its own. Whisper was trained on padded
windows, so words may change.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Mapping

FRAMES_PER_POSITION = 2
SAMPLES_PER_POSITION = 320
FRAMES_PER_S = 100.0


def cut(model: Any) -> None:
    """Let the model's encoder take features of any even number of frames up to a whole window.

    Only `model` changes: its encoder gets a configuration of its own, which `generate` does not read.
    """
    encoder = model.get_encoder()
    encoder.config = copy(encoder.config)
    weight = encoder.embed_positions.weight

    def fit(_: object, arguments: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        features = arguments[0] if arguments else kwargs["input_features"]
        n_positions = features.shape[-1] // FRAMES_PER_POSITION
        if encoder.embed_positions.num_embeddings != n_positions:
            encoder.config.max_source_positions = n_positions
            positions = torch.nn.Embedding(n_positions, weight.shape[1], device="meta")
            positions.weight = torch.nn.Parameter(weight[:n_positions], requires_grad=False)
            encoder.embed_positions = positions

    encoder.register_forward_pre_hook(fit, with_kwargs=True)
