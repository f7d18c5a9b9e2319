"""What the machine can do at best: arithmetic by a large matrix product, memory by a large copy.

Measured once in a session, in a few seconds. float32 on CUDA is as PyTorch is set: TF32 off unless asked for.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import torch
from torch.nn.functional import linear

from asr_harness.schema import MachinePeaks

if TYPE_CHECKING:
    from collections.abc import Callable

    from asr_harness.devices.base import Device

N_TRIALS = 12
MAX_PRODUCT_S = 0.3
PROBE_DIVISOR = 6
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def measure_peaks(device: Device) -> MachinePeaks:
    """Measure a device, in under 5 s."""
    rates = {name: _flops_per_s(dtype, device) for name, dtype in DTYPES.items()}
    source = torch.ones(device.sizes.peak_copy_bytes // 4, device=device.torch_name)
    target = torch.empty_like(source)
    moved_bytes = 2 * source.numel() * source.element_size()
    return MachinePeaks(rates, moved_bytes / _best_s(lambda: target.copy_(source), device))


def _flops_per_s(dtype: torch.dtype, device: Device) -> float:
    # Some CPUs emulate half precision a hundred times slower: the small product tells, and stands for them.
    large = device.sizes.peak_matrix
    small = large // PROBE_DIVISOR
    rate = _product_rate(small, dtype, device)
    if 2 * large**3 / rate > MAX_PRODUCT_S:
        return rate
    # The largest is not always the fastest: what fits the caches may be.
    return max(rate, *(_product_rate(size, dtype, device) for size in (large // 2, large)))


def _product_rate(size: int, dtype: torch.dtype, device: Device) -> float:
    # As linear layers compute it: on some CPUs a plain matrix product in half precision is 20 times slower.
    matrix = torch.full((size, size), 1 / size, device=device.torch_name, dtype=dtype)
    return 2 * size**3 / _best_s(lambda: linear(matrix, matrix), device)


def _best_s(work: Callable[[], object], device: Device) -> float:
    """Time the best trial: on a shared machine most are slowed, and a peak is what nothing slowed."""
    _time_s(work, device)
    return min(_time_s(work, device) for _ in range(N_TRIALS))


def _time_s(work: Callable[[], object], device: Device) -> float:
    began = perf_counter()
    work()
    device.synchronise()
    return perf_counter() - began
