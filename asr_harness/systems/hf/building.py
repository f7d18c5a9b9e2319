"""What every PyTorch family shares: dtype names, dummy weights, quantisation and compilation."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import torch

from asr_harness import devices
from asr_harness.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
DUMMY_SEED = 0


def with_dummy_weights(build: Callable[[], Any], device: str) -> Any:
    """Build a model with seeded random weights where it will live, so that they exist only once."""
    with torch.random.fork_rng(), torch.device(device):
        torch.manual_seed(DUMMY_SEED)
        return build()


def ready(model: Any, *, device: str, quantisation: str | None) -> Any:
    """Put a model (`torch.nn.Module`) in its place for inference.

    `quantisation` "int8" is PyTorch's dynamic quantisation of linear layers, on the CPU alone.
    Raises UnavailableError for any other.
    """
    model.requires_grad_(requires_grad=False)
    model.eval()
    if quantisation is None:
        return model.to(device)
    if quantisation != "int8" or not devices.get(device).supports_dynamic_int8:
        raise UnavailableError(f"quantisation {quantisation!r} on {device}: only 'int8' on cpu is supported")
    with warnings.catch_warnings():
        # torchao takes this over; until it is a dependency, PyTorch's own still works.
        warnings.filterwarnings("ignore", "torch.ao.quantization is deprecated", DeprecationWarning)
        warnings.filterwarnings("ignore", "torch.quantize_per_tensor", UserWarning)
        quantise: Any = torch.ao.quantization.quantize_dynamic
        return quantise(model, {torch.nn.Linear}, dtype=torch.qint8)
