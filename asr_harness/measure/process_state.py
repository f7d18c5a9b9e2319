"""What a case can change for those after it: the process's settings, recorded and put back.

A factory that sets the number of threads sets it for its own cases; those of the next model begin as the
first one did. What cannot be put back, such as a model's own configuration, is the workbench's to watch.
"""

from __future__ import annotations

import gc
import os
import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

NOT_OURS = frozenset({"PYTEST_CURRENT_TEST"})
"""Variables that pytest itself sets and unsets around each test."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of the process: how it is read, and how it is set."""

    read: Callable[[], Any]
    write: Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class ProcessState:
    """The values of all settings at one moment."""

    values: Mapping[str, Any]

    @classmethod
    def record(cls) -> ProcessState:
        """Read every setting."""
        return cls({name: setting.read() for name, setting in _settings().items()})

    def restore(self) -> tuple[str, ...]:
        """Set what differs back, and name it."""
        settings = _settings()
        changed = [name for name, value in self.values.items() if not _same(settings[name].read(), value)]
        for name in changed:
            settings[name].write(self.values[name])
        return tuple(changed)


def _settings() -> Mapping[str, Setting]:
    import numpy as np

    return {
        "environment": Setting(_environment, _set_environment),
        "working folder": Setting(Path.cwd, os.chdir),
        "garbage collection": Setting(gc.isenabled, lambda on: gc.enable() if on else gc.disable()),
        "random": Setting(random.getstate, random.setstate),
        "numpy.random": Setting(np.random.get_state, np.random.set_state),
        "numpy.seterr": Setting(np.geterr, lambda value: np.seterr(**value)),
        **_affinity(),
        **_torch_settings(),
    }


def _affinity() -> Mapping[str, Setting]:
    if not hasattr(os, "sched_setaffinity"):
        return {}
    return {
        "affinity": Setting(lambda: os.sched_getaffinity(0), lambda cores: os.sched_setaffinity(0, cores))
    }


def _torch_settings() -> Mapping[str, Setting]:
    import torch

    cuda, sdp = torch.backends.cuda, ("flash", "mem_efficient", "math", "cudnn")
    switches = {
        f"torch.backends.cuda.{name}_sdp": Setting(
            getattr(cuda, f"{name}_sdp_enabled"), getattr(cuda, f"enable_{name}_sdp")
        )
        for name in sdp
        if hasattr(cuda, f"{name}_sdp_enabled")
    }
    flags: list[tuple[str, Any, tuple[str, ...]]] = [
        ("cudnn", torch.backends.cudnn, ("enabled", "benchmark", "deterministic", "allow_tf32")),
        ("cuda.matmul", torch.backends.cuda.matmul, ("allow_tf32", "allow_fp16_reduced_precision_reduction")),
        ("mkldnn", torch.backends.mkldnn, ("enabled",)),
        ("quantized", torch.backends.quantized, ("engine",)),
    ]
    return switches | {
        "torch threads": Setting(torch.get_num_threads, torch.set_num_threads),
        "torch default dtype": Setting(torch.get_default_dtype, torch.set_default_dtype),
        "torch default device": Setting(torch.get_default_device, _set_default_device),
        "torch grad mode": Setting(torch.is_grad_enabled, torch.set_grad_enabled),
        "torch matmul precision": Setting(
            torch.get_float32_matmul_precision, torch.set_float32_matmul_precision
        ),
        "torch deterministic": Setting(
            torch.are_deterministic_algorithms_enabled, torch.use_deterministic_algorithms
        ),
        "torch.random": Setting(torch.get_rng_state, torch.set_rng_state),
        **{
            f"torch.backends.{name}.{flag}": _attribute(module, flag)
            for name, module, names in flags
            for flag in names
            if hasattr(module, flag)
        },
        **_cuda_random(),
    }


def _cuda_random() -> Mapping[str, Setting]:
    import torch

    if not torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        return {}
    return {"torch.cuda.random": Setting(torch.cuda.get_rng_state_all, torch.cuda.set_rng_state_all)}


def _attribute(owner: Any, name: str) -> Setting:
    return Setting(lambda: getattr(owner, name), lambda value: setattr(owner, name, value))


def _set_default_device(device: Any) -> None:
    import torch

    # On a machine of one kind, the CPU by default differs from no default: a mode that costs every call.
    torch.set_default_device(None if device.type == "cpu" else device)


def _environment() -> Mapping[str, str]:
    return {name: value for name, value in os.environ.items() if name not in NOT_OURS}


def _set_environment(wanted: Mapping[str, str]) -> None:
    for name in set(_environment()) - set(wanted):
        del os.environ[name]
    os.environ.update(wanted)


def _same(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return False
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(map(_same, one, other))
    if hasattr(one, "tolist"):
        return bool(one.shape == other.shape and (one == other).all())
    return bool(one == other)
