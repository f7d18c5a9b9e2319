"""Finds the energy counter of a device among the modules of this package: adding one is adding a file.

A module that counts energy says for which devices in `ENERGY_DEVICES` and opens its counter with
`open_energy_counter(device)`, which raises MeterError with the reason and the way out.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from asr_harness import meters
from asr_harness.errors import MeterError

if TYPE_CHECKING:
    from types import ModuleType

    from asr_harness.types import EnergyCounter


def open_counter(device: str) -> EnergyCounter:
    """Open the first counter, by name of its module, that can be read; an estimate is never among them.

    Raises MeterError that tells what was tried.
    """
    refused: list[str] = []
    for module in counters(device):
        try:
            counter: EnergyCounter = module.open_energy_counter(device)
        except MeterError as error:
            refused.append(f"{module.__name__.rpartition('.')[2]}: {error}")
        else:
            return counter
    tried = "; ".join(refused) or "none of the counters is for this device; add one to asr_harness/meters"
    raise MeterError(f"energy of {device} is unmeasured: {tried}")


def counters(device: str) -> list[ModuleType]:
    """Give the modules that count energy of `device`, in the order of their names."""
    modules = (import_module(f"{meters.__name__}.{info.name}") for info in iter_modules(meters.__path__))
    return [module for module in modules if device in getattr(module, "ENERGY_DEVICES", ())]
