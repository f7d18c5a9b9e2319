"""Energy of AMD GPUs, Apple silicon and Jetson through Zeus, where `pip install zeus` has put it.

Source: Zeus (ml.energy/zeus), `zeus.monitor.ZeusMonitor`: begin_window and end_window give joules by device.
"""

from __future__ import annotations

from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

from asr_harness.errors import MeterError

if TYPE_CHECKING:
    from collections.abc import Mapping

WINDOW = "asr-harness"


def open_energy_counter(gpu_indices: list[int] | None = None, monitor: Any = None) -> ZeusEnergy:
    """Open Zeus on GPUs by PyTorch's index, None being all that it finds.

    Raises MeterError if it is not installed or finds nothing.
    """
    return ZeusEnergy(monitor or _monitor(gpu_indices))


class ZeusEnergy:
    """Joules of the GPU or SoC that Zeus watches, one window after another."""

    label: Literal["measured"] = "measured"
    source = "zeus"
    step_s = None

    def __init__(self, monitor: Any) -> None:
        self._monitor = monitor
        self._lock = Lock()
        self._energy_j = 0.0
        self._monitor.begin_window(WINDOW, sync_execution=False)

    def read_j(self) -> float:
        """Joules since it was opened."""
        with self._lock:
            window = self._monitor.end_window(WINDOW, sync_execution=False)
            self._monitor.begin_window(WINDOW, sync_execution=False)
            self._energy_j += _joules(window)
            return self._energy_j

    def state(self) -> Mapping[str, Any]:
        """Nothing: Zeus tells of energy alone."""
        return {}

    def invalid_reason(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
        """Object to nothing; Zeus does not tell of throttling."""
        del before, after
        return None


def _joules(window: Any) -> float:
    if len(window.gpu_energy) > 1:
        raise MeterError(f"Zeus watches {len(window.gpu_energy)} GPUs; make only one visible")
    if window.gpu_energy:
        return float(next(iter(window.gpu_energy.values())))
    soc = getattr(window, "soc_energy", None)
    soc_mj = getattr(soc, "gpu_mj", getattr(soc, "gpu_energy_mj", None))
    if soc_mj is None:
        raise MeterError("Zeus reports no GPU energy here; see its documentation for the devices it knows")
    return float(soc_mj) / 1e3


def _monitor(gpu_indices: list[int] | None) -> Any:
    try:
        monitor: Any = import_module("zeus.monitor")
    except ImportError as error:
        raise MeterError("Zeus is not installed; `pip install zeus` for AMD, Apple and Jetson") from error
    try:
        return monitor.ZeusMonitor(gpu_indices=gpu_indices, cpu_indices=[])
    except (RuntimeError, ValueError) as error:
        raise MeterError(f"Zeus does not start: {error}; see its documentation") from error
