"""Quantisation of a model's linear layers by torchao, one line a method.

Weights are quantised by output channel, activations, where they are, by token; both symmetric.
Source: https://docs.pytorch.org/ao/stable/
"""

from __future__ import annotations

from typing import Any

from asr_harness import devices
from asr_harness.errors import UnavailableError

METHODS = {
    "int8": "Int8DynamicActivationInt8WeightConfig",
    "int8-weights": "Int8WeightOnlyConfig",
}
"""What torchao calls each method; which run on a device, it says itself (`quantisations`)."""


def quantise(model: Any, name: str, device: str) -> None:
    """Quantise the linear layers of a `torch.nn.Module` where they are.

    Raises UnavailableError for a method that is unknown, or that this device or installation cannot run.
    """
    if name not in METHODS:
        raise UnavailableError(f"quantisation {name!r} is none of {', '.join(METHODS)}")
    can = devices.get(device).quantisations
    if name not in can:
        raise UnavailableError(
            f"quantisation {name!r} on {device}, which runs {', '.join(sorted(can)) or 'none'}"
        )
    try:
        from torchao import quantization
    except ImportError as error:
        raise UnavailableError(
            f"quantisation {name!r} needs torchao ({error}): pip install 'asr-harness[quantisation]'"
        ) from error
    quantization.quantize_(model, getattr(quantization, METHODS[name])())
