"""Losses that show the decoder where to look, and let a timestamp be nearly right."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

import torch

from tools.training.windows import IGNORED

if TYPE_CHECKING:
    from transformers import WhisperForConditionalGeneration

GUIDED_HEADS = 2
WIDTH_POSITIONS = 16.0
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

    def loss(self, positions: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Give the surprise at looking elsewhere than near the guessed positions [batch, tokens]."""
        n_positions = self.weights[0].shape[-1]
        distance = torch.arange(n_positions) - positions[..., None]
        near = torch.exp(-0.5 * (distance / WIDTH_POSITIONS) ** 2)[:, None]
        surprises = [-((weights.float() * near).sum(-1) + 1e-4).log().mean(1) for weights in self.weights]
        self.weights.clear()
        return torch.stack(surprises).mean(0)[targets != IGNORED].mean()


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
