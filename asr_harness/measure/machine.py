"""The machine and the process around a case's rounds: recorded before, recorded after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asr_harness.measure.energy.states import savable
from asr_harness.measure.process_state import ProcessState
from asr_harness.schema.machine import MachineStates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asr_harness.devices import Device


class MachineWatch:
    """Looks at the machine when it is made, and once more `after` the rounds."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._process = ProcessState.record()
        state, self._reasons = device.state()
        self._before = savable(state)

    def after(self) -> tuple[MachineStates, Mapping[str, str]]:
        """Give both states, and a reason for each value that is None in either."""
        state, reasons = self._device.state()
        states = MachineStates(self._before, savable(state), self._process.changes())
        return states, {**self._reasons, **reasons}
