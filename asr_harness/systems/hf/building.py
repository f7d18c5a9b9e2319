"""What every PyTorch family shares: dtype names, dummy weights, quantisation and compilation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from asr_harness.errors import UnavailableError
from asr_harness.systems.hf.quantising import quantise

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
    """Put a model (`torch.nn.Module`) in its place for inference, its linear layers quantised by the method.

    Raises UnavailableError where the method is unknown, or cannot run here.
    """
    model.requires_grad_(requires_grad=False)
    model.eval()
    if quantisation is not None:
        quantise(model, quantisation, device)
    return model.to(device)


def compile_part(part: Any, device: str) -> None:
    """Compile what a part of a model computes (`torch.nn.Module`); its hooks stay outside.

    `Module.compile` would take them in: what counts passes would be compiled too, anew at every call.

    Raises UnavailableError where torch has nothing to compile with.
    """
    if device.startswith("cpu"):
        _check_compiler()
    part.forward = torch.compile(part.forward)


def _check_compiler() -> None:
    from torch._inductor.cpp_builder import get_cpp_compiler
    from torch._inductor.exc import InvalidCxxCompiler

    try:
        get_cpp_compiler()
    except InvalidCxxCompiler as error:
        raise UnavailableError(
            f"what is compiled needs a C++ compiler ({error}): apt-get install g++, or name one in CXX"
        ) from error
