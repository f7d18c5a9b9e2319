"""How fast a device is, in a fraction of a second, to plan a session by."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from asr_harness.devices.base import Device

N_TRIALS = 4


@dataclass(frozen=True, slots=True)
class ProbeSpeed:
    """What a device did in a short probe."""

    flops_per_s: float
    bytes_per_s: float


def probe_speed(device: Device) -> ProbeSpeed:
    """Time one matrix product and one copy in float32 on `device`, a fraction of a second in all."""
    size, name = device.sizes.probe_matrix, device.torch_name
    matrix = torch.ones(size, size, device=name)
    source = torch.ones(device.sizes.probe_copy_bytes // 4, device=name)
    target = torch.empty_like(source)
    product_s = _best_of(lambda: matrix @ matrix, device)
    copy_s = _best_of(lambda: target.copy_(source), device)
    return ProbeSpeed(2 * size**3 / product_s, 2 * 4 * source.numel() / copy_s)


def _best_of(work: Callable[[], object], device: Device) -> float:
    times_s = []
    for _ in range(N_TRIALS):
        began = perf_counter()
        work()
        device.synchronise()
        times_s.append(perf_counter() - began)
    return min(times_s)
