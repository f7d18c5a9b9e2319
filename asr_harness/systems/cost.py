"""A rough cost of a batch, to plan a session by: what is measured later is counted, not guessed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asr_harness.devices.instruments.probe import ProbeSpeed


@dataclass(frozen=True, slots=True)
class Cost:
    """Arithmetic, bytes that must be read again at every step, and the memory held."""

    flops: float
    streamed_bytes: float
    weight_bytes: float
    activation_bytes: float

    @property
    def memory_bytes(self) -> float:
        """Weights and activations at the peak."""
        return self.weight_bytes + self.activation_bytes

    def seconds(self, speed: ProbeSpeed) -> float:
        """Seconds for the batch at a machine's speed, arithmetic and streaming one after the other."""
        return self.flops / speed.flops_per_s + self.streamed_bytes / speed.bytes_per_s


def n_parameters(module: Any) -> int:
    """Count the parameters of a `torch.nn.Module`, shared ones once."""
    return sum(parameter.numel() for parameter in module.parameters())
