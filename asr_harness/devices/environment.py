"""What a run was measured on: the system, the versions of what took part, and each device's own part."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from asr_harness import devices
from asr_harness.errors import AsrHarnessError
from asr_harness.schema import Environment
from asr_harness.schema.part import load, savable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.devices import Device

PACKAGES = (
    "asr-harness",
    "torch",
    "transformers",
    "tokenizers",
    "torchao",
    "ctranslate2",
    "faster-whisper",
    "onnx",
    "onnxruntime",
    "onnxscript",
    "pywhispercpp",
    "numpy",
    "jiwer",
    "whisper-normalizer",
    "pytest",
    "pytest-benchmark",
)


def describe() -> Environment:
    """Describe this machine and its software; what cannot be read is None.

    Every device that is known adds its part, which it leaves out where it cannot be asked.
    """
    facts: dict[str, Any] = {
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in PACKAGES},
    }
    accelerators: dict[str, Any] = {}
    for device in devices.known().values():
        part = {**_part(device)}
        accelerators |= part.pop("accelerators", {})
        facts |= part
    return load(Environment, savable(facts | {"accelerators": accelerators}), "the environment")


def _part(device: Device) -> Mapping[str, Any]:
    try:
        return device.describe()
    except (AsrHarnessError, ImportError, OSError, RuntimeError):
        # A driver that fails in any of its ways must not end a session that may not even use it.
        return {}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
