"""FLOPs counted by running a model on the meta device: exact shapes, no arithmetic, no memory.

Attention must be eager: the counter reads zero for scaled-dot-product attention. `torch.no_grad` rather than
inference mode, in which parametrised weights cannot be read on the meta device.
Source: `torch.utils.flop_counter`, which counts matrix products and convolutions, a multiply-add as two.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch.utils._python_dispatch import is_traceable_wrapper_subclass
from torch.utils.flop_counter import FlopCounterMode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def count_flops(work: Callable[[], object]) -> int:
    """Count the FLOPs of `work`, which runs a model on the meta device."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        work()
    return int(counter.get_total_flops())


def weights(model: Any) -> tuple[int, int]:
    """Count the parameters of a `torch.nn.Module`, shared ones once, and the bytes of all it holds.

    A quantised weight counts as one of the parameters, and by the bytes of the tensors that it is made of.
    """
    tensors = {id(tensor): tensor for tensor in (*model.parameters(), *model.buffers())}
    n_parameters = sum(
        tensor.numel() for tensor in tensors.values() if isinstance(tensor, torch.nn.Parameter)
    )
    return n_parameters, sum(_n_bytes(tensor) for tensor in tensors.values())


def dtype_name(model: Any) -> str:
    """Name the dtype that a transformers model computes in."""
    return str(model.dtype).removeprefix("torch.")


@contextmanager
def hooked(*handles: Any) -> Iterator[None]:
    """Remove forward hooks when the block is left."""
    with ExitStack() as stack:
        for handle in handles:
            stack.callback(handle.remove)
        yield


def _n_bytes(tensor: Any) -> int:
    if not is_traceable_wrapper_subclass(tensor):
        return int(tensor.numel() * tensor.element_size())
    names, _ = tensor.__tensor_flatten__()
    return sum(_n_bytes(getattr(tensor, name)) for name in names)
