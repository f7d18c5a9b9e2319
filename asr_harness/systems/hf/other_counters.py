"""What two well-known FLOP counters make of an encoder, and which operators they pass over.

Both count multiply-adds, which are doubled here. thop has rules for module types, so that products outside of
any module (attention's) escape it; it runs on the meta device. fvcore traces a real forward pass, on the CPU.
"""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from asr_harness.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class OtherCount:
    """One tool's count, and in words what it leaves out or adds; `norms` of it are not products."""

    flops: float
    remark: str
    norms: float = 0.0


def operators(encoder: Any, example: torch.Tensor) -> Mapping[str, float]:
    """Our own count, by aten operator."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        encoder(example)
    return {str(name): float(count) for name, count in counter.get_flop_counts()["Global"].items()}


def thop(encoder: Any, example: torch.Tensor) -> OtherCount:
    """Count with thop, by hooks on the modules that it has a rule for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it compares versions with distutils
        from thop import profile
        from thop.profile import register_hooks

    with torch.no_grad():
        macs, _ = profile(encoder, inputs=(example,), verbose=False)
    leaves = {type(module) for module in encoder.modules() if not list(module.children())}
    unknown = sorted(leaf.__name__ for leaf in leaves if leaf not in register_hooks)
    missed = ["products outside modules (aten.bmm, attention)", *unknown]
    return OtherCount(2 * macs, f"no rule for {', '.join(missed)}")


def fvcore(encoder: Any, example: torch.Tensor) -> OtherCount:
    """Count with fvcore, on a real forward pass; raises UnavailableError where it is not installed."""
    logging.getLogger("fvcore").setLevel(logging.ERROR)
    with torch.no_grad(), warnings.catch_warnings():
        # It is built on torch.jit, and its tracer warns of every Python value that it takes for a constant.
        warnings.simplefilter("ignore")
        try:
            from fvcore.nn import FlopCountAnalysis
        except ImportError as error:
            raise UnavailableError("not installed: pip install 'asr-harness[flops]'") from error
        analysis = FlopCountAnalysis(encoder, example)
        analysis.unsupported_ops_warnings(enabled=False).uncalled_modules_warnings(enabled=False)
        total, skipped = analysis.total(), sorted(analysis.unsupported_ops())
        norms = sum(count for name, count in analysis.by_operator().items() if name.endswith("_norm"))
    remark = f"adds norms ({2 * norms / 1e9:.3g} GFLOP); passes over {', '.join(skipped)}"
    return OtherCount(2 * total, remark, 2.0 * norms)
