"""What every PyTorch family shares: dtype names, dummy weights, quantisation and compilation."""

from __future__ import annotations

import gc
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import torch

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
    if quantisation != "int8" or device != "cpu":
        raise UnavailableError(f"quantisation {quantisation!r} on {device}: only 'int8' on cpu is supported")
    with warnings.catch_warnings():
        # torchao takes this over; until it is a dependency, PyTorch's own still works.
        warnings.filterwarnings("ignore", "torch.ao.quantization is deprecated", DeprecationWarning)
        warnings.filterwarnings("ignore", "torch.quantize_per_tensor", UserWarning)
        quantise: Any = torch.ao.quantization.quantize_dynamic
        return quantise(model, {torch.nn.Linear}, dtype=torch.qint8)


def check_device(device: str) -> None:
    """Raise UnavailableError, with the reason, where PyTorch cannot run on `device`."""
    if device == "cpu" or (device == "cuda" and torch.cuda.is_available()):
        return
    if device == "cuda":
        built = torch.version.cuda
        why = f"built for CUDA {built}, but sees no GPU" if built else "built without CUDA"
        raise UnavailableError(f"no cuda device: torch {torch.__version__} is {why}")
    raise UnavailableError(f"device {device!r} is not supported; use cpu or cuda")


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error means that the host or the device had no memory left."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    # The CPU allocator has no error type of its own.
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)


def free_memory() -> None:
    """Give back what is no longer referred to, cached blocks of the device included."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def available_memory_bytes(device: str) -> int:
    """Memory that a case could use on `device` now, a container's limit respected."""
    if device == "cuda":
        return torch.cuda.mem_get_info()[0]
    available = psutil.virtual_memory().available
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text("utf-8").strip()
        used = Path("/sys/fs/cgroup/memory.current").read_text("utf-8").strip()
    except OSError:
        return available
    return available if limit == "max" else min(available, int(limit) - int(used))
