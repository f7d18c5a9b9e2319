"""What a run was measured on: processor, memory, GPUs, threads and the versions of what took part."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import torch

if TYPE_CHECKING:
    from collections.abc import Mapping

PACKAGES = (
    "asr-harness",
    "torch",
    "transformers",
    "tokenizers",
    "numpy",
    "jiwer",
    "whisper-normalizer",
    "pytest",
    "pytest-benchmark",
)
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "CUDA_VISIBLE_DEVICES")


def describe() -> Mapping[str, Any]:
    """Describe this machine and its software in plain JSON values; what cannot be read is None."""
    return {
        "cpu": cpu_name(),
        "n_physical_cores": psutil.cpu_count(logical=False),
        "n_logical_cores": psutil.cpu_count(logical=True),
        "memory_bytes": psutil.virtual_memory().total,
        "n_threads": torch.get_num_threads(),
        "variables": {name: os.environ.get(name) for name in THREAD_VARIABLES},
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PACKAGES},
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),  # type: ignore[no-untyped-call]
        "gpus": gpus(),
    }


def cpu_name() -> str:
    """Name the processor as the kernel does."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def gpus() -> list[Mapping[str, Any]]:
    """Describe every NVIDIA GPU that the driver shows; none where there is no driver."""
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return []
    driver = pynvml.nvmlSystemGetDriverVersion()
    handles = map(pynvml.nvmlDeviceGetHandleByIndex, range(pynvml.nvmlDeviceGetCount()))
    return [
        {
            "name": pynvml.nvmlDeviceGetName(handle),
            "uuid": pynvml.nvmlDeviceGetUUID(handle),
            "driver": driver,
            "memory_bytes": pynvml.nvmlDeviceGetMemoryInfo(handle).total,
            "power_limit_w": _power_limit_w(handle),
        }
        for handle in handles
    ]


def _power_limit_w(handle: Any) -> float | None:
    import pynvml

    try:
        return float(pynvml.nvmlDeviceGetEnforcedPowerLimit(handle)) / 1e3
    except pynvml.NVMLError:
        return None


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
