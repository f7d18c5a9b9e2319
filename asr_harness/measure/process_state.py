"""What a case can change for those after it: the process's settings, recorded and put back.

A factory that sets the number of threads sets it for its own cases; those of the next model begin as the
first one did. What cannot be put back, such as a model's own configuration, is the workbench's to watch.
"""

from __future__ import annotations

import gc
import locale
import logging
import os
import random
import signal
import sys
import warnings
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

BESIDE = frozenset({"environment", "working folder", "module path", "log levels"})
"""Settings that are put back without a word."""

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

    def changes(self) -> tuple[str, ...]:
        """Name what differs now of that which bears on speed or on results.

        Random states move whenever somebody draws, and libraries set variables and log levels as they load.
        """
        return tuple(name for name in self._differing() if name not in BESIDE and not name.endswith("random"))

    def restore(self) -> tuple[str, ...]:
        """Set what differs back, and name it; what can no longer be set back is left, and named too."""
        settings, changed = _settings(), self._differing()
        for name in changed:
            with suppress(OSError, ValueError, RuntimeError):
                settings[name].write(self.values[name])
        return changed

    def _differing(self) -> tuple[str, ...]:
        settings = _settings()
        return tuple(name for name, value in self.values.items() if not _same(settings[name].read(), value))


def _settings() -> Mapping[str, Setting]:
    import numpy as np

    return {
        "environment": Setting(_environment, _set_environment),
        "working folder": Setting(_folder, os.chdir),
        "module path": Setting(lambda: list(sys.path), _set_path),
        "recursion limit": Setting(sys.getrecursionlimit, sys.setrecursionlimit),
        "switch interval": Setting(sys.getswitchinterval, sys.setswitchinterval),
        "log levels": Setting(_log_levels, _set_log_levels),
        "locale": Setting(partial(locale.setlocale, locale.LC_ALL), partial(locale.setlocale, locale.LC_ALL)),
        "priority": Setting(lambda: os.nice(0), lambda nice: os.nice(nice - os.nice(0))),
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
        "torch anomaly detection": Setting(torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly),
        "torch autocast": Setting(
            partial(torch.is_autocast_enabled, "cpu"), partial(torch.set_autocast_enabled, "cpu")
        ),
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


def _folder() -> Path | None:
    try:
        return Path.cwd()
    except OSError:  # a case removed it
        return None


def _set_path(path: list[str]) -> None:
    sys.path[:] = path


def _log_levels() -> Mapping[str, int]:
    """Read the levels that loggers have of their own, and under no name what is disabled altogether."""
    loggers = logging.root.manager.loggerDict.items()
    levels = {name: getattr(logger, "level", logging.NOTSET) for name, logger in loggers}
    return {
        "": logging.root.manager.disable,
        "root": logging.root.level,
        **{name: level for name, level in levels.items() if level},
    }


def _set_log_levels(levels: Mapping[str, int]) -> None:
    now = _log_levels()
    for name in (now.keys() | levels.keys()) - {""}:
        level = levels.get(name, logging.NOTSET)
        if now.get(name, logging.NOTSET) != level:
            (logging.root if name == "root" else logging.getLogger(name)).setLevel(level)
    logging.disable(levels[""])


@contextmanager
def around_a_test() -> Iterator[None]:
    """Put back afterwards what belongs to the test that runs, rather than to the session.

    Plugins such as pytest-timeout set signal handlers anew for each test, pytest the filters of warnings.
    """
    handlers = {number: signal.getsignal(number) for number in signal.valid_signals()}
    with warnings.catch_warnings():
        yield
    for number, handler in handlers.items():
        if handler is not None and signal.getsignal(number) is not handler:
            with suppress(OSError, ValueError):  # not from another thread
                signal.signal(number, handler)


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
