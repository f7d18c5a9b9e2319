"""Devices to run on: one file each, found by its name; another distribution offers one by an entry point.

A case names a device as `cuda`, or `cuda:1` for the second of its kind. Every module here is imported to list
the devices, by those who only judge and print too: what needs torch lies in `instruments` and `energy`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from asr_harness.devices.base import Device, Sizes
from asr_harness.devices.cpu import DEVICE as HOST
from asr_harness.devices.unknown import UnknownDevice
from asr_harness.errors import RegistryError
from asr_harness.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.schema import Environment

__all__ = ["HOST", "REGISTRY", "Device", "Sizes", "comparable", "get", "key_of", "known", "names", "recorded"]

REGISTRY: Registry[Device] = Registry(__name__, "DEVICE", Device, group="asr_harness.devices")  # type: ignore[type-abstract]


@cache
def known() -> Mapping[str, Device]:
    """Give every device by its key, whether this machine has it or not; looked for once in a process."""
    return REGISTRY.all()


def names() -> tuple[str, ...]:
    """List the keys of all devices that are known."""
    return tuple(known())


def key_of(name: str) -> str:
    """Give the kind of a device: `cuda` of `cuda:1`."""
    return name.partition(":")[0]


def get(name: str) -> Device:
    """Find the device of a name such as `cuda:1`, whether this machine has it or not.

    Raises RegistryError where there is none of that name, listing those that are.
    """
    key, colon, index = name.partition(":")
    device = REGISTRY.get(key)
    if not colon:
        return device
    if not (index.isascii() and index.isdecimal()):
        raise RegistryError(f"device {name!r} has no number after its colon; write {key} or {key}:1")
    return device.at(int(index))


@cache
def recorded(name: str) -> Device:
    """Find the device that a saved run names; one that is not known here can still be judged and printed."""
    try:
        return get(name)
    except RegistryError as error:
        return UnknownDevice(None, name, str(error))


def comparable(name: str, environment: Environment) -> Mapping[str, object]:
    """Read from a run's environment what must be alike for times on a device to be compared.

    The host drives every other device, so its own part always counts.
    """
    return {**HOST.comparable(environment), **recorded(name).comparable(environment)}
