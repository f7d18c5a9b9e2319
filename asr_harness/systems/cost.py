"""A rough cost of a batch, to plan a session by: what is measured later is counted, not guessed."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

PROBE_SIZE = {"cpu": 1024, "cuda": 8192}
PROBE_COPY_FLOATS = {"cpu": 8 << 20, "cuda": 256 << 20}


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

    def seconds(self, speed: Speed) -> float:
        """Seconds for the batch at a machine's speed, arithmetic and streaming one after the other."""
        return self.flops / speed.flops_per_s + self.streamed_bytes / speed.bytes_per_s


@dataclass(frozen=True, slots=True)
class Speed:
    """What a device did in a short probe."""

    flops_per_s: float
    bytes_per_s: float


def n_parameters(module: Any) -> int:
    """Count the parameters of a `torch.nn.Module`, shared ones once."""
    return sum(parameter.numel() for parameter in module.parameters())


def probe_speed(device: str) -> Speed:
    """Time one matrix product and one copy in float32 on `device`, a fraction of a second in all."""
    size = PROBE_SIZE[device]
    matrix = torch.ones(size, size, device=device)
    source = torch.ones(PROBE_COPY_FLOATS[device], device=device)
    target = torch.empty_like(source)
    product_s = _best_of(lambda: matrix @ matrix, device)
    copy_s = _best_of(lambda: target.copy_(source), device)
    return Speed(2 * size**3 / product_s, 2 * 4 * source.numel() / copy_s)


def _best_of(work: Callable[[], object], device: str, n_trials: int = 4) -> float:
    times_s = []
    for _ in range(n_trials):
        began = perf_counter()
        work()
        if device == "cuda":
            torch.cuda.synchronize()
        times_s.append(perf_counter() - began)
    return min(times_s)
