"""A fixed piece of work timed beside every round: how fast the machine was just then.

On a shared machine most of a round's deviation is the machine's, and hits like work alike. Half the time goes
to a matrix product, the rest to moving memory and to the interpreter, as in a transcription.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from asr_harness.devices.base import Device

N_PRODUCTS = 9
N_COPIES = 3
N_STEPS = 90_000


class CalibrationKernel:
    """The same work at every call, on `device`."""

    def __init__(self, device: Device) -> None:
        self._synchronise = device.synchronise
        size, name = device.sizes.calibration_matrix, device.torch_name
        generator = torch.Generator(name).manual_seed(0)
        self._matrix = torch.randn(size, size, device=name, generator=generator) / size**0.5
        self._source = torch.zeros(device.sizes.calibration_copy_bytes // 4, device=name)
        self._target = torch.empty_like(self._source)
        self()

    def __call__(self) -> float:
        """Do the work once; gives its seconds, device synchronised at both ends."""
        self._synchronise()
        began = perf_counter()
        product = self._matrix
        for _ in range(N_PRODUCTS):
            product = product @ self._matrix
        for _ in range(N_COPIES):
            self._target.copy_(self._source)
        count = 0
        for step in range(N_STEPS):
            count += step & 1
        self._synchronise()
        return perf_counter() - began
