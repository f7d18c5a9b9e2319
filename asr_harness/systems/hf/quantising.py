"""Quantisation of a model's linear layers by torchao, one line a method.

Weights are quantised by output channel, activations, where they are, by token; both symmetric.
Source: https://docs.pytorch.org/ao/stable/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asr_harness import devices
from asr_harness.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable

METHODS = {
    "int8": "Int8DynamicActivationInt8WeightConfig",
    "int8-weights": "Int8WeightOnlyConfig",
    "float8": "Float8DynamicActivationFloat8WeightConfig",
    "float8-weights": "Float8WeightOnlyConfig",
    "int4-weights": "Int4WeightOnlyConfig",
}
"""What torchao calls each method; which run on a device, it says itself (`quantisations`)."""

NEEDS = {
    "float8": "a GPU of compute capability 8.9 or above",
    "int4-weights": "a CUDA GPU, bfloat16 and the package mslk",
}
INT4_GROUP = 128
"""Weights that share a scale in int4: layers of another width stay as they are."""


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
            + (f"; it needs {NEEDS[name]}" if name in NEEDS else "")
        )
    try:
        from torchao import quantization
    except ImportError as error:
        raise UnavailableError(
            f"quantisation {name!r} needs torchao ({error}): pip install 'asr-harness[quantisation]'"
        ) from error
    try:
        quantization.quantize_(model, getattr(quantization, METHODS[name])(), filter_fn=_filter(name))
    except (AssertionError, NotImplementedError, ImportError, ValueError) as error:
        raise UnavailableError(f"quantisation {name!r} cannot run on {device}: {error}") from error


def _filter(name: str) -> Callable[[Any, str], bool]:
    """Choose linear layers, of those that a group of int4 weights divides where the method has groups."""
    import torch

    def is_wanted(module: Any, _: str) -> bool:
        if not isinstance(module, torch.nn.Linear):
            return False
        return name != "int4-weights" or module.in_features % INT4_GROUP == 0

    return is_wanted
