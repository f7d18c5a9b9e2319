"""Losses that show the decoder where to look, and let a timestamp be nearly right."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

import torch

from tools.training.windows import IGNORED

if TYPE_CHECKING:
    import numpy as np
    from transformers import WhisperForConditionalGeneration

GUIDED_HEADS = 2
GUESSED_WIDTH, ALIGNED_WIDTH = 16.0, 6.0
"""How far from the time of its word, in encoder positions, attention is as good as on it."""
FAR_SHARE, FAR_WIDTH = 0.05, 60.0
"""A wider and lower bell, so that attention far off is drawn nearer too."""
TIMESTAMP_REACH, TIMESTAMP_WIDTH = 4, 1.5


class CrossAttentions:
    """Collects the weights of the cross-attention of every decoder layer but the first."""

    def __init__(self, model: WhisperForConditionalGeneration) -> None:
        self.weights: list[torch.Tensor] = []
        config = copy(model.config)
        config._attn_implementation = "eager"  # noqa: SLF001  # sdpa gives no weights
        for layer in model.model.decoder.layers[1:]:
            layer.encoder_attn.config = config
            layer.encoder_attn.register_forward_hook(self._keep)

    def _keep(self, _: torch.nn.Module, __: object, outputs: tuple[torch.Tensor, ...]) -> None:
        if torch.is_grad_enabled():
            self.weights.append(outputs[1][:, :GUIDED_HEADS])

    def loss(self, positions: torch.Tensor, targets: torch.Tensor, width: float) -> torch.Tensor:
        """Give the surprise at looking elsewhere than near the given positions [batch, tokens]."""
        n_positions = self.weights[0].shape[-1]
        distance = torch.arange(n_positions) - positions[..., None]
        near = bell(distance / width) + FAR_SHARE * bell(distance / FAR_WIDTH)
        surprises = [
            -((weights.float() * near[:, None]).sum(-1) + 1e-4).log().mean(1) for weights in self.weights
        ]
        self.weights.clear()
        return torch.stack(surprises).mean(0)[targets != IGNORED].mean()


def bell(distance: torch.Tensor) -> torch.Tensor:
    """Give the unnormalised density of the normal distribution."""
    return torch.exp(-0.5 * distance**2)


def set_text_positions(
    positions: torch.Tensor, targets: torch.Tensor, found: list[np.ndarray], end_token: int
) -> None:
    """Put the positions found for the text tokens in the place of those guessed."""
    is_text = (targets != IGNORED) & (targets < end_token)
    for row, row_is_text, frames in zip(positions, is_text, found, strict=True):
        row[row_is_text] = torch.from_numpy(frames).float()


def token_loss(logits: torch.Tensor, targets: torch.Tensor, first_timestamp: int) -> torch.Tensor:
    """Give the mean cross-entropy of the targets, those of timestamps spread over their neighbours."""
    wanted = targets != IGNORED
    log_probabilities, targets = logits[wanted].log_softmax(-1), targets[wanted]
    is_timestamp = targets >= first_timestamp
    text = -log_probabilities[~is_timestamp].gather(1, targets[~is_timestamp, None]).sum()
    reach = torch.arange(-TIMESTAMP_REACH, TIMESTAMP_REACH + 1)
    shares = torch.softmax(-0.5 * (reach / TIMESTAMP_WIDTH) ** 2, 0)
    neighbours = (targets[is_timestamp, None] + reach).clamp(first_timestamp, logits.shape[-1] - 1)
    times = -(log_probabilities[is_timestamp].gather(1, neighbours) * shares).sum()
    return (text + times) / len(targets)
